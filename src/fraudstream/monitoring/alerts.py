"""What somebody must be told: conditions over the metrics, and what each means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ALERTS", "PROMOTIONS", "Alert", "Severity"]

PROMOTIONS = "fraudstream_model_info unless fraudstream_model_info offset 1m"
"""The versions of the model that began to decide within the last minute."""


class Severity(StrEnum):
    """Whether somebody is woken up, or looks in the morning."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Alert:
    """Fires while ``query`` (PromQL) lies over ``above`` for ``lasting``.

    ``uid`` is also its anchor in docs/operations.md, which says what to do. ``without_data`` says
    whether no answer at all fires it too.
    """

    uid: str
    title: str
    query: str
    above: float
    lasting: str
    severity: Severity
    meaning: str
    without_data: bool = False

    @property
    def condition(self) -> str:
        """The whole condition as PromQL."""
        return f"({self.query}) > {self.above:g}"


def _share(window: str) -> str:
    flagged = f'sum(rate(fraudstream_decisions_total{{action!="approve"}}[{window}]))'
    return f"({flagged} / sum(rate(fraudstream_decisions_total[{window}])))"


ALERTS = (
    Alert(
        "no-decisions",
        "No decisions",
        "1 - clamp_max(sum(increase(fraudstream_decisions_total[5m])), 1)",
        0.5,
        "2m",
        Severity.CRITICAL,
        "Nothing was decided for five minutes.",
        without_data=True,
    ),
    Alert(
        "lag",
        "Decisions lag behind",
        "max by (job) (fraudstream_lag_seconds)",
        60,
        "5m",
        Severity.CRITICAL,
        "Messages wait for more than a minute before they are read.",
    ),
    Alert(
        "latency",
        "Decisions are slow",
        "histogram_quantile(0.99, sum by (job, le)"
        ' (rate(fraudstream_end_to_end_seconds_bucket{job!="spark"}[5m])))',
        1,
        "5m",
        Severity.WARNING,
        "One in a hundred takes over a second from its arrival to a durable decision.",
    ),
    Alert(
        "spark-batches",
        "Spark batches are slow",
        'histogram_quantile(0.9, sum by (le) (rate(fraudstream_batch_seconds_bucket{job="spark"}'
        "[10m])))",
        60,
        "10m",
        Severity.WARNING,
        "One in ten takes over a minute.",
    ),
    Alert(
        "reject-rate",
        "Many messages are rejected",
        'sum(rate(fraudstream_rejects_total{reason!="duplicate"}[5m]))'
        " / (sum(rate(fraudstream_rejects_total[5m]))"
        " + sum(rate(fraudstream_decisions_total[5m])))",
        0.01,
        "5m",
        Severity.WARNING,
        "More than one in a hundred messages cannot be used (duplicates not counted).",
    ),
    Alert(
        "fraud-rate",
        "The fraud rate jumped",
        f"{_share('10m')} / {_share('6h')}"
        " and on() sum(increase(fraudstream_decisions_total[10m])) > 500",
        3,
        "5m",
        Severity.WARNING,
        "Three times as many transactions are flagged as in the hours before.",
    ),
    Alert(
        "checkpoint",
        "No checkpoint was saved",
        "max by (job, instance) (fraudstream_checkpoint_age_seconds)",
        900,
        "1m",
        Severity.WARNING,
        "A restart would have to compute more than a quarter of an hour again.",
    ),
    Alert(
        "sink",
        "A sink does not take writes",
        "sum by (sink) (increase(fraudstream_sink_retries_total[5m]))",
        5,
        "2m",
        Severity.CRITICAL,
        "Writes are repeated again and again; nothing is lost, but nothing is delivered.",
    ),
    Alert(
        "target",
        "Something does not answer",
        "1 - min by (job, instance) (up)",
        0.5,
        "2m",
        Severity.WARNING,
        "Prometheus cannot reach it.",
    ),
)
"""Everything that is alerted about."""
