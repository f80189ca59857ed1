"""*Operations*: whether the engine, or the Spark job, keeps up and is sound."""

from __future__ import annotations

from fraudstream.monitoring.described import Dashboard, Datasource, Panel, Query, Row, Shape

__all__ = ["OPERATIONS"]

SILENT = "No engine or job is being watched"


def _quantiles(metric: str, by: str, *shares: tuple[str, float]) -> tuple[Query, ...]:
    """One query for each share, such as ("p99", 0.99)."""
    legend = f" {{{{{by}}}}}"
    return tuple(
        Query(
            f"histogram_quantile({share}, sum by (le, {by})"
            f" (rate({metric}_bucket[$__rate_interval])))",
            name + legend,
        )
        for name, share in shares
    )


def _panel(title: str, description: str, unit: str, *queries: Query) -> Panel:
    return Panel(
        title,
        description,
        Shape.LINES,
        queries,
        Datasource.PROMETHEUS,
        unit=unit,
        size=(8, 8),
        empty=SILENT,
    )


def _rate(metric: str, by: str) -> Query:
    return Query(f"sum by ({by}) (rate({metric}[$__rate_interval]))", f"{{{{{by}}}}}")


THROUGHPUT = _panel(
    "Decisions per second",
    "Transactions decided, by action.",
    "cps",
    _rate("fraudstream_decisions_total", "action"),
)
DECIDING = _panel(
    "Time to decide",
    "In memory, from a message to its decision; each waits for its batch.",
    "s",
    *_quantiles("fraudstream_decision_seconds", "job", ("p50", 0.5), ("p99", 0.99)),
)
END_TO_END = _panel(
    "Time from arrival to durable decision",
    "From arrival in the log to a decision in the primary sink: waiting, deciding, writing.",
    "s",
    *_quantiles(
        "fraudstream_end_to_end_seconds", "job", ("p50", 0.5), ("p95", 0.95), ("p99", 0.99)
    ),
)
LAG = _panel(
    "Messages waiting",
    "In the log and not read yet.",
    "",
    Query("max by (job, instance) (fraudstream_lag_records)", "{{job}} {{instance}}"),
)
BEHIND = _panel(
    "Behind the log's end",
    "How long ago the next message to be read arrived.",
    "s",
    Query("max by (job, instance) (fraudstream_lag_seconds)", "{{job}} {{instance}}"),
)
BATCHES = _panel(
    "Time per batch",
    "Of the engine's batches and of Spark's, written to all sinks.",
    "s",
    *_quantiles("fraudstream_batch_seconds", "job", ("p50", 0.5), ("p99", 0.99)),
)
REJECTS = _panel(
    "Rejects per second",
    "Messages that were not used, by reason.",
    "cps",
    Query(
        "sum by (reason) (rate(fraudstream_rejects_total[$__rate_interval])) > 0"
        " or sum(rate(fraudstream_rejects_total[$__rate_interval]))",
        "{{reason}}",
    ),
)
LATE = _panel(
    "Late events per second",
    "late: entered their windows; too_late: decided from what is held, and not kept.",
    "cps",
    _rate("fraudstream_late_total", "kind"),
)
DUPLICATES = _panel(
    "Duplicates per second",
    "Messages whose transaction id was seen before; they change nothing.",
    "cps",
    Query("sum(rate(fraudstream_duplicates_total[$__rate_interval]))", "duplicates"),
)
STATE = _panel(
    "Memory",
    "What clocks, ids and histories take, and the whole process.",
    "bytes",
    Query("max by (job, instance) (fraudstream_state_bytes)", "state {{job}} {{instance}}"),
    Query("max by (job, instance) (process_resident_memory_bytes)", "whole {{job}} {{instance}}"),
)
CHECKPOINTS = _panel(
    "Age of the newest checkpoint",
    "How much would have to be computed again after a crash.",
    "s",
    Query("max by (job, instance) (fraudstream_checkpoint_age_seconds)", "{{job}} {{instance}}"),
)
SAVING = _panel(
    "Time to save a checkpoint",
    "Of the newest one.",
    "s",
    Query("max by (job, instance) (fraudstream_checkpoint_seconds)", "{{job}} {{instance}}"),
)
RETRIES = _panel(
    "Sink retries per minute",
    "Writes that failed and were tried again, by sink.",
    "",
    Query(
        "sum by (sink) (rate(fraudstream_sink_retries_total[$__rate_interval])) * 60", "{{sink}}"
    ),
)
LEADERS = _panel(
    "Who decides",
    "1 for the engine that owns the input, 0 for one that stands by.",
    "",
    Query("max by (job, instance) (fraudstream_leader)", "{{job}} {{instance}}"),
)
TARGETS = _panel(
    "Reachable",
    "1 for what Prometheus reaches, 0 for what does not answer.",
    "",
    Query("up", "{{job}} {{instance}}"),
)
LATEST_REJECTS = Panel(
    "Latest rejects",
    "What was refused, why, and where it came from; fraudstream rejects shows the messages.",
    Shape.TABLE,
    (
        Query(
            "select rejected_at as time, reason, field, detail, source,"
            " source_partition as partition, source_offset as offset from rejects"
            " where $__timeFilter(rejected_at) order by batch desc limit 50"
        ),
    ),
    size=(24, 9),
    empty="No message was rejected in this time range",
)

OPERATIONS = Dashboard(
    "fraudstream-operations",
    "Operations",
    "Whether the engine, or the Spark job, keeps up and is sound.",
    rows=(
        Row("Speed", (THROUGHPUT, DECIDING, END_TO_END, LAG, BEHIND, BATCHES)),
        Row("Input", (REJECTS, LATE, DUPLICATES, LATEST_REJECTS)),
        Row("Soundness", (STATE, CHECKPOINTS, SAVING, RETRIES, LEADERS, TARGETS)),
    ),
    since="now-1h",
    refresh="10s",
    promotions=True,
)
