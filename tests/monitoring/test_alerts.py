"""Each alert fires when it should and is quiet when it should, as Prometheus evaluates it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.services import shared

from fraudstream.errors import NotInstalled
from fraudstream.monitoring.alerts import ALERTS
from fraudstream.stack import packages

STEP = 30
"""Seconds between two samples, and between two evaluations."""

HOUR = 3600 // STEP
DECISIONS = 'fraudstream_decisions_total{action="approve"}'
DECLINED = 'fraudstream_decisions_total{action="decline"}'
LATENCY = 'fraudstream_end_to_end_seconds_bucket{{job="{job}",le="{le}"}}'
BATCHES = 'fraudstream_batch_seconds_bucket{{job="{job}",le="{le}"}}'


@dataclass(frozen=True)
class Case:
    """What was measured for an hour, and which instances of the alert it fires, by label."""

    alert: str
    series: dict[str, str]
    fires: tuple[dict[str, str], ...] = ()
    hours: int = 1


def _slow(template: str, job: str, bounds: tuple[str, str]) -> dict[str, str]:
    """Half of a histogram's values lie between the bounds, half below."""
    low, high = bounds
    rising = {low: 50, high: 100, "+Inf": 100}
    return {template.format(job=job, le=le): f"0+{n}x{HOUR}" for le, n in rising.items()}


CASES = {
    "nothing is decided any more": Case("no-decisions", {DECISIONS: f"500x{HOUR}"}, ({},)),
    "a trickle is decided": Case("no-decisions", {DECISIONS: f"500+1x{HOUR}"}),
    "messages wait for minutes": Case(
        "lag", {'fraudstream_lag_seconds{job="engine"}': f"90x{HOUR}"}, ({"job": "engine"},)
    ),
    "messages wait for seconds": Case("lag", {"fraudstream_lag_seconds": f"9x{HOUR}"}),
    "decisions take seconds": Case(
        "latency", _slow(LATENCY, "engine", ("1", "5")), ({"job": "engine"},)
    ),
    "decisions take milliseconds": Case("latency", _slow(LATENCY, "engine", ("0.01", "0.05"))),
    "Spark is allowed its seconds": Case("latency", _slow(LATENCY, "spark", ("1", "5"))),
    "Spark's batches take minutes": Case(
        "spark-batches", _slow(BATCHES, "spark", ("50", "600")), ({},)
    ),
    "Spark's batches take seconds": Case("spark-batches", _slow(BATCHES, "spark", ("5", "10"))),
    "one message in ten is rejected": Case(
        "reject-rate",
        {DECISIONS: f"0+90x{HOUR}", 'fraudstream_rejects_total{reason="too_large"}': "0+10x120"},
        ({},),
    ),
    "a producer sends everything twice": Case(
        "reject-rate",
        {DECISIONS: f"0+90x{HOUR}", 'fraudstream_rejects_total{reason="duplicate"}': "0+90x120"},
    ),
    "ten times as many frauds as before": Case(
        "fraud-rate",
        {
            DECISIONS: f"0+990x{7 * HOUR}",
            DECLINED: f"0+10x{7 * HOUR - 20} {10 * (7 * HOUR - 20)}+100x20",
        },
        ({},),
        hours=7,
    ),
    "as many frauds as ever": Case(
        "fraud-rate",
        {DECISIONS: f"0+990x{7 * HOUR}", DECLINED: f"0+10x{7 * HOUR}"},
        hours=7,
    ),
    "a few frauds in a quiet night": Case(
        "fraud-rate",
        {DECISIONS: f"0+1x{7 * HOUR}", DECLINED: f"0x{7 * HOUR - 20} 0+1x20"},
        hours=7,
    ),
    "the last checkpoint is old": Case(
        "checkpoint",
        {'fraudstream_checkpoint_age_seconds{job="engine",instance="a"}': f"0+30x{HOUR}"},
        ({"job": "engine", "instance": "a"},),
    ),
    "checkpoints are saved every minute": Case(
        "checkpoint", {"fraudstream_checkpoint_age_seconds": f"60x{HOUR}"}
    ),
    "a database is away": Case(
        "sink",
        {'fraudstream_sink_retries_total{sink="postgres"}': f"0+10x{HOUR}"},
        ({"sink": "postgres"},),
    ),
    "a write was repeated once": Case(
        "sink", {'fraudstream_sink_retries_total{sink="postgres"}': f"0x{HOUR - 4} 1x4"}
    ),
    "an engine does not answer": Case(
        "target",
        {'up{job="engine",instance="a"}': f"0x{HOUR}", 'up{job="engine",instance="b"}': "1x120"},
        ({"job": "engine", "instance": "a"},),
    ),
}


def _rules() -> dict[str, object]:
    rules = [
        {"alert": alert.uid, "expr": alert.condition, "for": alert.lasting} for alert in ALERTS
    ]
    return {"groups": [{"name": "fraudstream", "interval": f"{STEP}s", "rules": rules}]}


def _promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        packages.need(packages.PROMETHEUS)
    except NotInstalled as error:
        shared.refuse(error)
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)


def _written(path: Path, document: object) -> str:
    """A file; every JSON document is a YAML document."""
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_an_alert_fires_only_when_somebody_must_know(case: Case, tmp_path: Path) -> None:
    expected = [{"exp_labels": labels} for labels in case.fires]
    test = {
        "interval": f"{STEP}s",
        "input_series": [{"series": s, "values": v} for s, v in case.series.items()],
        "alert_rule_test": [
            {"eval_time": f"{case.hours}h", "alertname": case.alert, "exp_alerts": expected}
        ],
    }
    rules = _written(tmp_path / "rules.yml", _rules())
    document = {"rule_files": [rules], "evaluation_interval": f"{STEP}s", "tests": [test]}
    ran = _promtool("test", "rules", _written(tmp_path / "tests.yml", document))
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    firing = {case.alert for case in CASES.values() if case.fires}
    quiet = {case.alert for case in CASES.values() if not case.fires}
    everything = {alert.uid for alert in ALERTS}
    assert (firing, quiet | {"target"}) == (everything, everything)
