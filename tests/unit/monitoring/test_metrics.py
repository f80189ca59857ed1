"""The engine's metrics say what happened, under their documented names."""

from __future__ import annotations

import doctest

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.unit.decisions.outcomes import Row, outcome_of, with_flags

from fraudstream.decisions import Flag
from fraudstream.events.rejects import Reason, Reject
from fraudstream.monitoring import Counts, Metrics, histogram


def _samples(metrics: Metrics) -> dict[str, float]:
    """Values by ``name`` or ``name{label}``, as a scraper reads them."""
    return {
        s.name + ("{" + ",".join(s.labels.values()) + "}" if s.labels else ""): s.value
        for family in text_string_to_metric_families(metrics.expose().decode())
        for s in family.samples
    }


def _reject(reason: Reason) -> Reject:
    return Reject(reason, "", b"", 0, 0)


def test_a_batch_is_counted_by_action_reason_and_lateness() -> None:
    rejects = [_reject(Reason.DUPLICATE), _reject(Reason.ID_CONFLICT), _reject(Reason.TOO_LARGE)]
    outcome = outcome_of([Row(), Row(), Row()], [0, 10, 990_000], rejects=rejects)
    metrics = Metrics()
    metrics.batch(Counts.of(with_flags(outcome, Flag.LATE, 1.0)), 0.002)
    metrics.batch(Counts.of(outcome), 0.002)
    seen = _samples(metrics)
    assert seen["fraudstream_decisions_total{approve}"] == 4
    assert seen["fraudstream_decisions_total{decline}"] == 2
    assert seen["fraudstream_rejects_total{too_large}"] == 2
    assert seen["fraudstream_late_total{late}"] == 3
    assert seen["fraudstream_late_total{too_late}"] == 0
    assert seen["fraudstream_duplicates_total"] == 4


def test_counters_are_there_before_anything_happens() -> None:
    seen = _samples(Metrics(sinks=["postgres"]))
    names = ["decisions_total{review}", "sink_retries_total{postgres}", "duplicates_total"]
    names += [f"rejects_total{{{reason}}}" for reason in Reason]
    assert {name: seen.get(f"fraudstream_{name}") for name in names} == dict.fromkeys(names, 0)


def test_each_decision_of_a_batch_took_as_long_as_the_batch() -> None:
    metrics = Metrics()
    metrics.batch(Counts.of(outcome_of([Row()] * 5, [0] * 5)), 0.002, whole=0.3)
    seen = _samples(metrics)
    assert seen["fraudstream_decision_seconds_count"] == 5
    assert seen["fraudstream_decision_seconds_sum"] == pytest.approx(0.01)
    assert seen["fraudstream_decision_seconds_bucket{0.001}"] == 0
    assert seen["fraudstream_decision_seconds_bucket{0.0025}"] == 5
    assert seen["fraudstream_batch_seconds_bucket{0.25}"] == 0
    assert seen["fraudstream_batch_seconds_bucket{0.5}"] == 1


def test_a_batch_of_rejects_alone_has_no_latency_of_decisions() -> None:
    metrics = Metrics()
    metrics.batch(Counts({}, {"too_large": 3}, {}), 0.002)
    assert _samples(metrics)["fraudstream_decision_seconds_count"] == 0


def test_waiting_is_counted_for_each_message_and_never_negative() -> None:
    metrics = Metrics()
    metrics.durable([0.02, 3.0, -0.5])
    seen = _samples(metrics)
    assert seen["fraudstream_end_to_end_seconds_count"] == 3
    assert seen["fraudstream_end_to_end_seconds_sum"] == pytest.approx(3.02)
    assert seen["fraudstream_end_to_end_seconds_bucket{0.025}"] == 2


def test_the_age_of_a_checkpoint_grows_until_the_next_one() -> None:
    now = [100.0]
    metrics = Metrics(clock=lambda: now[0])
    now[0] = 130.0
    assert _samples(metrics)["fraudstream_checkpoint_age_seconds"] == 30
    metrics.checkpoint(1.5)
    now[0] = 132.0
    seen = _samples(metrics)
    assert seen["fraudstream_checkpoint_age_seconds"] == 2
    assert seen["fraudstream_checkpoint_seconds"] == 1.5


def test_only_the_model_that_decides_is_shown() -> None:
    metrics = Metrics()
    metrics.model("6")
    metrics.model("7")
    shown = {name for name in _samples(metrics) if name.startswith("fraudstream_model_info")}
    assert shown == {"fraudstream_model_info{7}"}


def test_what_is_set_is_shown() -> None:
    metrics = Metrics(sinks=["postgres"])
    metrics.lag(1_200, 3.5)
    metrics.state(4_096)
    metrics.leader(True)
    metrics.retry("postgres")
    seen = _samples(metrics)
    assert seen["fraudstream_lag_records"] == 1_200
    assert seen["fraudstream_lag_seconds"] == 3.5
    assert seen["fraudstream_state_bytes"] == 4_096
    assert seen["fraudstream_leader"] == 1
    assert seen["fraudstream_sink_retries_total{postgres}"] == 1


def test_two_engines_in_one_process_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()
    one.batch(Counts({"approve": 3}, {}, {}), 0.001)
    assert _samples(other)["fraudstream_decisions_total{approve}"] == 0


def test_the_examples_of_the_histogram_are_right() -> None:
    assert doctest.testmod(histogram).failed == 0
