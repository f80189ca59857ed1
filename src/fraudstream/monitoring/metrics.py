"""The engine's metrics, under the names that dashboards, alerts and docs/metrics.md use."""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE

from fraudstream.decisions import Action, Flag, Outcome
from fraudstream.events.rejects import Reason
from fraudstream.monitoring.histogram import BatchHistogram

__all__ = ["CONTENT_TYPE", "DUPLICATES", "LATE_KINDS", "Counts", "Metrics"]

ACTIONS = tuple(action.name.lower() for action in Action)
LATE_KINDS = {"late": Flag.LATE, "too_late": Flag.TOO_LATE}
DUPLICATES = (Reason.DUPLICATE, Reason.ID_CONFLICT)

# from one event in memory (tens of µs) to a batch that waited for a database
_BOUNDS = tuple(m * 10.0**e for e in range(-5, 2) for m in (1, 2.5, 5))
_DECISION_BOUNDS = tuple(bound for bound in _BOUNDS if bound <= 5)
_WAITING_BOUNDS = (*(bound for bound in _BOUNDS if bound >= 0.001), 100.0, 600.0)


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened in a batch, by name: actions, reject reasons, kinds of lateness."""

    actions: Mapping[str, int]
    rejects: Mapping[str, int]
    late: Mapping[str, int]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """Counted from what a batch became."""
        actions = np.bincount(outcome.actions, minlength=len(ACTIONS)).tolist()
        late = {k: int(np.count_nonzero(outcome.flags & f)) for k, f in LATE_KINDS.items()}
        rejects = Tally(str(reject.reason) for reject in outcome.rejects)
        return cls(dict(zip(ACTIONS, actions, strict=True)), rejects, late)

    @classmethod
    def together(cls, shares: Iterable[Self]) -> Self:
        """The shares of one batch, counted in several places."""
        actions, rejects, late = Tally[str](), Tally[str](), Tally[str]()
        for share in shares:
            actions.update(share.actions)
            rejects.update(share.rejects)
            late.update(share.late)
        return cls(actions, rejects, late)

    @property
    def decisions(self) -> int:
        """How many transactions were decided."""
        return sum(self.actions.values())


class Metrics:
    """The metrics of one engine, in a registry of their own.

    Every counter is there from the start at 0, with each label that it can have, so that a rate
    sees the first increase; ``sinks`` names those that may retry. ``clock`` is in seconds and
    never goes back.
    """

    def __init__(
        self, sinks: Iterable[str] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.registry = CollectorRegistry()
        self._clock, self._saved_at = clock, clock()
        self._decisions = self._counter("decisions", "Transactions decided.", "action", ACTIONS)
        self._rejects = self._counter("rejects", "Messages not used.", "reason", map(str, Reason))
        self._late = self._counter(
            "late", "Decisions on events behind their key's clock.", "kind", LATE_KINDS
        )
        self._retries = self._counter("sink_retries", "Writes that were repeated.", "sink", sinks)
        self._duplicates = Counter(
            "fraudstream_duplicates_total",
            "Messages whose transaction id was seen before, alike or not.",
            registry=self.registry,
        )
        self._model = Gauge(
            "fraudstream_model_info",
            "1 for the version of the model that decides.",
            ("version",),
            registry=self.registry,
        )
        self._lag = self._gauge("lag_records", "Messages in the log that are not read yet.")
        self._behind = self._gauge("lag_seconds", "How far behind the log's end decisions are.")
        self._bytes = self._gauge("state_bytes", "Memory that clocks, ids and histories take.")
        self._saving = self._gauge("checkpoint_seconds", "Time the newest checkpoint took to save.")
        age = self._gauge("checkpoint_age_seconds", "Time since the newest checkpoint, or start.")
        age.set_function(lambda: self._clock() - self._saved_at)
        self._leading = self._gauge("leader", "1 if this engine decides, 0 while it stands by.")
        self._deciding = self._histogram(
            "decision_seconds", "From a message in memory to its decision.", _DECISION_BOUNDS
        )
        self._waiting = self._histogram(
            "end_to_end_seconds", "From arrival in the log to a durable decision.", _WAITING_BOUNDS
        )
        self._batches = self._histogram(
            "batch_seconds", "Time for a batch, written to all sinks.", _WAITING_BOUNDS
        )
        ProcessCollector(registry=self.registry)

    def batch(self, counts: Counts, seconds: float, whole: float | None = None) -> None:
        """A batch was decided: in ``seconds`` in memory, in ``whole`` seconds with its writes."""
        for counter, found in (
            (self._decisions, counts.actions),
            (self._rejects, counts.rejects),
            (self._late, counts.late),
        ):
            for label, number in found.items():
                counter.labels(label).inc(number)
        self._duplicates.inc(sum(counts.rejects.get(str(reason), 0) for reason in DUPLICATES))
        if counts.decisions:
            self._deciding.observe(seconds, counts.decisions)
        self._batches.observe(seconds if whole is None else whole)

    def durable(self, waited: ArrayLike, times: int = 1) -> None:
        """Decisions became durable, ``waited`` seconds (an array) after their messages arrived.

        Each counts ``times`` times.
        """
        self._waiting.observe(np.maximum(waited, 0.0), times)

    def lag(self, records: int, seconds: float) -> None:
        """What is in the log and not read yet: how many messages, for how long."""
        self._lag.set(records)
        self._behind.set(seconds)

    def state(self, size: int) -> None:
        """Memory that the state takes, in bytes."""
        self._bytes.set(size)

    def checkpoint(self, seconds: float) -> None:
        """A checkpoint was just saved, which took ``seconds``."""
        self._saved_at = self._clock()
        self._saving.set(seconds)

    def retry(self, sink: str) -> None:
        """A write to ``sink`` failed and is tried again."""
        self._retries.labels(sink).inc()

    def model(self, version: str | None) -> None:
        """This version of the model decides from now on."""
        self._model.clear()
        self._model.labels(version or "none").set(1)

    def leader(self, leads: bool) -> None:
        """Whether this engine decides, or stands by."""
        self._leading.set(leads)

    def expose(self) -> bytes:
        """Everything in Prometheus' text format, of type ``CONTENT_TYPE``."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, label: str, values: Iterable[str]) -> Counter:
        counter = Counter(f"fraudstream_{name}_total", text, (label,), registry=self.registry)
        for value in values:
            counter.labels(value)
        return counter

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"fraudstream_{name}", text, registry=self.registry)

    def _histogram(self, name: str, text: str, bounds: tuple[float, ...]) -> BatchHistogram:
        histogram = BatchHistogram(f"fraudstream_{name}", text, bounds)
        self.registry.register(histogram)
        return histogram
