"""``run`` from Kafka to Kafka: each transaction once, over restarts; rejects with their origin."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.services.broker import Broker
from tests.unit.wiring.conftest import silent

from fraudstream.config import Settings
from fraudstream.engine import FileCheckpoints
from fraudstream.errors import CheckFailed, InputInvalid
from fraudstream.kafka import Cluster, Event, Writer
from fraudstream.simulator import Settings as Bank
from fraudstream.wiring.producing import Producer
from fraudstream.wiring.replaying import check_log
from fraudstream.wiring.running import run_stream
from fraudstream.wiring.simulating import Simulation
from fraudstream.wiring.states import rebuilt

ROLES = ("transactions", "labels", "profiles", "decisions", "alerts", "rejects", "journal")
POISON = b"not JSON"


def made(kafka: Broker) -> dict[str, str]:
    """Topics for each role, which keep what is dated long ago."""
    kept = {"retention.ms": "-1"}
    partitions = {role: 1 if role == "journal" else 2 for role in ROLES}
    topics = {role: kafka.topic(count, role, kept) for role, count in partitions.items()}
    return {**topics, "control": kafka.topic()}


def settings(kafka: Broker, home: Path, topics: dict[str, str], guarantee: str) -> Settings:
    source = ",".join(topics[role] for role in ROLES[:3])
    places = {"source": [kafka.url(source)], "sink": [kafka.url(topics["decisions"])]}
    return Settings.model_validate(
        {
            "home": home,
            "run": {**places, "http": "off"},
            "kafka": {"topics": topics, "guarantee": guarantee},
        }
    )


def run_until(kafka: Broker, wanted: Settings, decisions: int) -> None:
    """Run until so many decisions are in their topic."""
    stop = threading.Event()

    def watch(stage: str, done: int, total: int) -> None:
        if len(kafka.read(wanted.kafka.topics.decisions)) >= decisions:
            stop.set()

    run_stream(wanted, stop, watch)


def produce(kafka: Broker, wanted: Settings, start_day: int) -> int:
    bank = Bank(customers=60, days=2, seed=start_day)
    producer = Producer(Simulation(bank), kafka.url(wanted.kafka.topics.transactions), wanted.kafka)
    producer.write_stretch(threading.Event(), silent)
    return len(transactions(kafka, wanted))


def transactions(kafka: Broker, wanted: Settings) -> set[str]:
    values = [message.value or b"" for message in kafka.read(wanted.kafka.topics.transactions)]
    said = [json.loads(value) for value in values if value != POISON]
    return {one["transaction_id"] for one in said if "kind" not in one and "event_time" in one}


@pytest.mark.parametrize("guarantee", ["exactly_once", "at_least_once"])
def test_from_topics_to_topics_each_transaction_is_decided_once(
    kafka: Broker, tmp_path: Path, guarantee: str
) -> None:
    topics = made(kafka)
    wanted = settings(kafka, tmp_path / "home", topics, guarantee)
    run_until(kafka, wanted, produce(kafka, wanted, 1))
    poison(kafka, topics["transactions"])
    run_until(kafka, wanted, produce(kafka, wanted, 2))
    decided = [
        json.loads(m.value or b"")["transaction_id"] for m in kafka.read(topics["decisions"])
    ]
    assert len(set(decided)) == len(decided)
    assert set(decided) == transactions(kafka, wanted)
    (reject,) = [said for said in rejects(kafka, topics) if said["reason"] == "json_malformed"]
    assert (reject["raw"], reject["key"]) == ("not JSON", "acc_1")
    assert reject["headers"] == [{"name": "trace", "value": "7"}]
    assert reject["source"]["name"] == topics["transactions"]
    found = check_log(wanted, threading.Event(), silent)
    assert (found.decisions, found.different) == (len(decided), 0)
    before = newest(wanted)
    rebuilt(wanted, threading.Event(), silent)
    assert {name: array.tolist() for name, array in newest(wanted).items()} == {
        name: array.tolist() for name, array in before.items()
    }


def newest(wanted: Settings) -> dict[str, Any]:
    checkpoint = FileCheckpoints(wanted.home / "checkpoints").newest()
    assert checkpoint is not None
    return dict(checkpoint.arrays)


def test_a_published_decision_that_was_changed_is_found(kafka: Broker, tmp_path: Path) -> None:
    topics = made(kafka)
    wanted = settings(kafka, tmp_path / "home", topics, "exactly_once")
    run_until(kafka, wanted, produce(kafka, wanted, 1))
    message = kafka.read(topics["decisions"])[0]
    changed = (message.value or b"").replace(b'"approve"', b'"decline"', 1)
    headers = tuple(message.headers.items())
    writer = Writer(Cluster(kafka.bootstrap))
    # the last one about a place counts, so this stands for what was published there
    writer.write([Event(topics["decisions"], changed, message.key, headers=headers)])
    writer.finish()
    found = check_log(wanted, threading.Event(), silent)
    assert found.different >= 1
    with pytest.raises(CheckFailed, match="not what they were"):
        found.require_equal()


def test_without_a_journal_there_is_nothing_to_compare(kafka: Broker, tmp_path: Path) -> None:
    topics = {role: kafka.topic(1, role) for role in ROLES}
    wanted = settings(kafka, tmp_path / "home", topics, "exactly_once")
    with pytest.raises(InputInvalid, match="nothing was decided yet"):
        check_log(wanted, threading.Event(), silent)


@pytest.mark.parametrize("primary", ["kafka", "store"])
def test_other_topics_are_refused_by_what_was_decided_from_these(
    kafka: Broker, tmp_path: Path, primary: str
) -> None:
    topics = made(kafka)
    wanted = settings(kafka, tmp_path / "home", topics, "exactly_once")
    if primary == "store":
        store = f"duckdb:{tmp_path / 'store.duckdb'}"
        wanted = wanted.model_copy(
            update={"run": wanted.run.model_copy(update={"sink": [store, *wanted.run.sink]})}
        )
    run_until(kafka, wanted, produce(kafka, wanted, 1))
    other = kafka.url(kafka.topic(2, "others"))
    strange = wanted.model_copy(
        update={
            "home": tmp_path / "another",
            "run": wanted.run.model_copy(update={"source": [other]}),
        }
    )
    with pytest.raises(InputInvalid, match="would be others"):
        run_stream(strange, threading.Event(), silent)
    longer = wanted.model_copy(
        update={
            "home": tmp_path / "longer",
            "run": wanted.run.model_copy(update={"source": [*wanted.run.source, other]}),
        }
    )
    ended = threading.Event()
    ended.set()
    run_stream(longer, ended, silent)


def poison(kafka: Broker, topic: str) -> None:
    writer = Writer(Cluster(kafka.bootstrap))
    writer.write([Event(topic, POISON, b"acc_1", headers=(("trace", b"7"),))])
    writer.finish()


def rejects(kafka: Broker, topics: dict[str, str]) -> list[dict[str, Any]]:
    return [json.loads(message.value or b"") for message in kafka.read(topics["rejects"])]
