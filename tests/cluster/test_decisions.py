"""A job on a real cluster decides what the engine decides, whatever is killed meanwhile."""

from __future__ import annotations

import json
import urllib.request
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.cluster.again import TABLES, decide_again, rows_of
from tests.cluster.bank import Log
from tests.cluster.jobs import Job, kill_an_executor
from tests.services.broker import Broker

from fraudstream.config import Settings
from fraudstream.scoring import Model
from fraudstream.serve.address import listening
from fraudstream.stack import SparkCluster
from fraudstream.stores.registry import Registry

FEW = {"MAX_BATCH": "250", "PARTITIONS": "2", "DOORS": "3", "BUCKETS": "5", "OUTPUTS": "3"}
"""Enough places to spread work, few enough to spend little on starting tasks."""
ONCE = ("transactions", "labels", "reversals", "profiles", "rejects")
"""Each message has a row in one of these tables."""


# Java starts three times, and a fresh machine compiles on every worker
@pytest.mark.timeout(1500)
def test_whatever_is_killed_each_message_is_decided_once_and_as_the_engine_does(
    spark_cluster: SparkCluster,
    kafka: Broker,
    databases: tuple[str, str],
    models: tuple[Model, Model],
    tmp_path: Path,
) -> None:
    ours, again = databases
    log, decisions = Log.of(kafka, days=8), kafka.topic(2, "decisions")
    champions = Registry(tmp_path / "models")
    champions.promote(champions.add(models[0]).version)
    job = Job(
        home=tmp_path,
        on=spark_cluster.url,
        source=log.url,
        sinks=(ours, kafka.url(decisions)),
        settings=FEW,
    )
    log.write(0.4)
    with job.started("--http", "127.0.0.1:0") as driver:
        batch = job.wait_within(1)
        kill_an_executor()
        log.write(0.3)
        job.wait_within(batch + 1)
        require_counted(listening(tmp_path), ours)
        spark_cluster.workers[1].kill()
        spark_cluster.start()
        champions.promote(champions.add(models[1]).version)
        log.write(0.3)
        job.wait_within(job.newest("commits") + 2)
        driver.kill()
    code, said = replace(job, settings={**job.settings, "TRIGGER": "available"}).finished(
        "--http", "off"
    )
    assert code == 0, said

    settings = Settings.model_validate({"home": tmp_path, "run": {"source": [log.url]}})
    decide_again(settings, ours, again)
    for table in TABLES:
        assert rows_of(ours, table) == rows_of(again, table), table
    require_eventful(ours, len(log.events))
    require_published(kafka, decisions, ours)
    code, said = job.replayed(ours)
    assert code == 0, said
    assert json.loads(said.splitlines()[0])["different"] == 0


def require_counted(address: str | None, database: str) -> None:
    """What the driver's server says has happened, and is still going on."""
    with urllib.request.urlopen(f"http://{address}/metrics") as answer:
        figures = dict(
            line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if line[0] != "#"
        )
    counted = sum(
        float(figures[f'fraudstream_decisions_total{{action="{action}"}}'])
        for action in ("approve", "review", "decline")
    )
    with psycopg.connect(database) as session:
        (held,) = session.execute("select count(*) from transactions").fetchone() or (0,)
    assert 0 < counted <= held
    assert float(figures["fraudstream_state_bytes"]) > 0
    assert "fraudstream_lag_records" in figures


def require_eventful(database: str, messages: int) -> None:
    """All that can go wrong did, and nothing of it is missing."""
    with psycopg.connect(database) as session:

        def one(query: str) -> int:
            (found,) = session.execute(query.encode()).fetchone() or (0,)
            return int(found)

        kept = [
            f"(select count(*) from {table})"
            for table in TABLES
            if table not in ("alerts", "journal")
        ]
        assert one(f"select {' + '.join(kept)}") == messages
        for reason in ("duplicate", "id_conflict", "json_malformed"):
            assert one(f"select count(*) from rejects where reason = '{reason}'"), reason
        for flag in ("late", "too_late"):
            assert one(f"select count(*) from transactions where '{flag}' = any(flags)"), flag
        for table in ("alerts", "labels", "reversals", "profiles"):
            assert one(f"select count(*) from {table}"), table
        assert one("select count(distinct model_version) from transactions") == 2
        assert one("select count(distinct (batch, batch_row)) from transactions") == one(
            "select count(*) from transactions"
        )


def require_published(kafka: Broker, topic: str, database: str) -> None:
    """Each decision is in the topic, and where it is twice it is the same."""
    found = defaultdict(set)
    for message in kafka.read(topic):
        said = json.loads(message.value or b"")
        found[said["transaction_id"]].add(message.value)
    assert all(len(values) == 1 for values in found.values())
    with psycopg.connect(database) as session:
        ids = session.execute("select transaction_id from transactions").fetchall()
    assert set(found) == {name for (name,) in ids}
