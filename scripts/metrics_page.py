"""docs/metrics.md: every metric, as a running engine shows it."""

from __future__ import annotations

from prometheus_client.core import Metric

from fraudstream.monitoring import Metrics

__all__ = ["metrics_page"]

HEAD = """\
# Metrics

The engine shows them at `/metrics` of its own port (`--http`, 127.0.0.1:8710 unless told
otherwise) in Prometheus' text format; the Spark job shows what applies to it under the same names.
Every counter is there from the start at 0 with each value its label can have. This page is made by
`make docs` from a running collector; a test compares it.

| metric | type | label | meaning |
|---|---|---|---|
"""

TAIL = """
A decision in a batch took as long as the batch, so `fraudstream_decision_seconds` counts each
decision with its batch's time. `fraudstream_end_to_end_seconds` includes what a message waited in
the log and the commit of the primary sink; for a file of the past it says nothing. A duplicate
counts both as `fraudstream_rejects_total` and as `fraudstream_duplicates_total`.

`process_*` are memory, processor time and open files of the engine's process.
"""


def metrics_page() -> str:
    """The page."""
    metrics = Metrics(sinks=["postgres"])
    metrics.model("7")
    families = [f for f in metrics.registry.collect() if f.name.startswith("fraudstream_")]
    return HEAD + "".join(map(_row, families)) + TAIL


def _row(family: Metric) -> str:
    name = family.name + ("_total" if family.type == "counter" else "")
    values: dict[str, list[str]] = {}
    for sample in family.samples:
        for label, value in sample.labels.items():
            if label != "le" and value not in values.setdefault(label, []):
                values[label].append(value)
    labels = ", ".join(f"{label}: {' '.join(map(_code, v))}" for label, v in values.items())
    return f"| `{name}` | {family.type} | {labels} | {family.documentation} |\n"


def _code(text: str) -> str:
    return f"`{text}`"
