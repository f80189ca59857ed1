"""What is known of a query: the engine's counts and health, from what outputs and Spark say."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from fraudstream.monitoring import Counts, Metrics
from fraudstream.ports import Entry
from fraudstream.spark.deciding import Counted
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.watching import Health, Tally

__all__ = ["QueryWatching"]

log = structlog.get_logger()


class QueryWatching:
    """Counts, keeps the health up to date, shows progress.

    A decision counts with the time of its batch, as in the engine; what Spark says comes a moment
    after the batch that it is about.
    """

    def __init__(self, progress: Progress, metrics: Metrics) -> None:
        self.tally, self.health, self.metrics = Tally(), Health(), metrics
        self._progress = progress
        self._seen: tuple[Any, Any] = (None, None)
        self._undone: list[Counts] = []

    def leads(self, epoch: int) -> None:
        """The query runs."""
        self.health.role, self.health.epoch = "leading", epoch
        self.metrics.leader(True)

    def decided(self, entry: Entry, counted: Sequence[Counted]) -> None:
        """A batch is durable."""
        for share in counted:
            counts = Counts(share["actions"], share["rejects"], share["late"])
            self.tally.add(counts, 0.0)
            self._undone.append(counts)
            for sink, times in share["retries"].items():
                for _ in range(times):
                    self.metrics.retry(sink)
            for waited, times in share["waited"].items():
                self.metrics.durable(float(waited), times)
        self.health.batch = entry.batch
        self._progress("deciding", self.tally.decisions, 0)

    def turned(self, versions: Mapping[str, str | None]) -> None:
        """The driver is alive, and these decide."""
        self.health.turned = time.monotonic()
        if dict(versions) != dict(self.health.versions):
            if self.health.versions:
                log.info("deciding with other versions from now on", **versions)
            self.health.versions = dict(versions)
            self.metrics.model(versions.get("model"))

    def said(self, progress: Mapping[str, Any] | None) -> None:
        """Spark's own words on its newest batch."""
        mark = (progress["runId"], progress["batchId"]) if progress else self._seen
        if progress is None or mark == self._seen:
            return
        self._seen = mark
        durations = progress["durationMs"]
        self._batch(
            durations.get("addBatch", 0) / 1000, durations.get("triggerExecution", 0) / 1000
        )
        self.metrics.lag(*_lag(progress))
        operators = progress["stateOperators"]
        self.metrics.state(sum(map(_size, operators)))
        if operators:
            self.metrics.checkpoint(sum(o["commitTimeMs"] for o in operators) / 1000)

    def _batch(self, seconds: float, whole: float) -> None:
        undone, self._undone = self._undone, []
        if undone:
            self.metrics.batch(Counts.together(undone), seconds, whole)


def _size(operator: Mapping[str, Any]) -> int:
    own = operator.get("customMetrics", {})
    return int(operator["memoryUsedBytes"]) + int(own.get("rocksdbSstFileSize", 0))


def _lag(progress: Mapping[str, Any]) -> tuple[int, float]:
    """Messages that are there and not in a batch yet, and the seconds they will wait at least."""
    behind = sum(_behind(source) for source in progress["sources"])
    rate = float(progress.get("processedRowsPerSecond") or 0)
    return behind, behind / rate if behind and rate else 0.0


def _behind(source: Mapping[str, Any]) -> int:
    latest, end = (_offsets(source.get(name)) for name in ("latestOffset", "endOffset"))
    return sum(max(0, offset - end.get(place, offset)) for place, offset in latest.items())


def _offsets(said: Any) -> dict[tuple[str, str], int]:
    topics = json.loads(said) if isinstance(said, str) else said or {}
    return {(t, p): offset for t, ends in topics.items() for p, offset in ends.items()}
