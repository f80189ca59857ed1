"""What a running engine is known to do: counts, health for its server, lines for the log."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from fraudstream.decisions import Outcome
from fraudstream.engine import Watcher
from fraudstream.engine.engine import utc_ms
from fraudstream.errors import Unavailable
from fraudstream.monitoring import Counts, Metrics
from fraudstream.ports import Checkpoint, Entry
from fraudstream.wiring.progress import Progress

__all__ = ["Health", "Tally", "Watching"]

log = structlog.get_logger()

Lag = Callable[[], tuple[int, float]]

EVERY = 1.0
"""Seconds between two looks at how far behind the engine is."""

STALLED = 30.0
"""Seconds without a sign of the engine after which it does not count as ready."""


@dataclass(slots=True)
class Tally:
    """What a run has decided so far."""

    actions: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def decisions(self) -> int:
        """How many transactions were decided."""
        return self.actions.total()

    def add(self, counts: Counts, seconds: float) -> None:
        """Count a batch."""
        self.actions.update(counts.actions)
        self.rejects.update(counts.rejects)
        self.seconds += seconds

    def __str__(self) -> str:
        lines = [f"{self.decisions:,} decisions{_counts(self.actions)}"]
        if self.rejects:
            lines.append(f"{self.rejects.total():,} rejects{_counts(self.rejects)}")
        if self.seconds and self.decisions:
            rate = self.decisions / self.seconds
            lines.append(f"{rate:,.0f} decisions a second (in memory, before they are written)")
        return "\n".join(lines)


def _counts(counter: Counter[str]) -> str:
    parts = [f"{name} {count:,}" for name, count in counter.most_common()]
    return f": {', '.join(parts)}" if parts else ""


@dataclass(slots=True)
class Health:
    """What ``/readyz`` says; written by the engine's thread, read by the server's."""

    role: str = "starting"
    epoch: int = 0
    batch: int = -1
    waiting: dict[str, str] = field(default_factory=dict)
    versions: Mapping[str, str | None] = field(default_factory=dict)
    turned: float = field(default_factory=time.monotonic)

    def readiness(self) -> dict[str, Any]:
        """``ready`` where decisions are made or, by a follower, followed; and why not."""
        still = time.monotonic() - self.turned
        ready = self.role in ("leading", "following") and not self.waiting and still < STALLED
        return {
            "ready": ready,
            "role": self.role,
            "epoch": self.epoch,
            "batch": self.batch,
            "waiting_for": dict(self.waiting),
            "seconds_since_turn": round(still, 1),
            "versions": dict(self.versions),
        }


class Watching(Watcher):
    """Counts, keeps the health up to date, shows progress and writes the log.

    ``size`` is where a file ends, for its progress; 0 where nothing is known. ``lag`` tells how
    many records, and how many seconds, a live source is ahead; without it the source is the past,
    and how old an event is says nothing.
    """

    def __init__(
        self, progress: Progress, metrics: Metrics, size: int = 0, lag: Lag | None = None
    ) -> None:
        self.tally, self.health, self.metrics = Tally(), Health(), metrics
        self._progress, self._size, self._lag = progress, size, lag
        self._measured = 0.0

    def leads(self, epoch: int) -> None:
        """Say so."""
        self.health.role, self.health.epoch = "leading", epoch
        self.metrics.leader(True)
        log.info("leading", epoch=epoch)

    def deposed(self, why: str) -> None:
        """Say so."""
        self.health.role = "following"
        self.metrics.leader(False)
        log.warning("another engine has taken over: following it", why=why)

    def followed(self, entry: Entry) -> None:
        """Note how far it came."""
        self._begin_to_follow()
        self.health.batch = entry.batch

    def redone(self, entry: Entry) -> None:
        """Note how far it came."""
        self.health.batch = entry.batch
        log.debug("completed a batch of the journal", batch=entry.batch)

    def decided(self, entry: Entry, outcome: Outcome, seconds: float, whole: float) -> None:
        """Count a batch."""
        counts = Counts.of(outcome)
        self.tally.add(counts, seconds)
        self.health.batch = entry.batch
        self.metrics.batch(counts, seconds, whole)
        if self._lag:
            self.metrics.durable((utc_ms() - outcome.events.arrivals) / 1000)
        done = max(entry.end.values(), default=0)
        reached = (done, self._size) if self._size else (self.tally.decisions, 0)
        self._progress("deciding", *reached)

    def turned(self, versions: Mapping[str, str | None]) -> None:
        """Note that the engine is alive, and with what."""
        self._begin_to_follow()
        self.health.turned = now = time.monotonic()
        if self._lag and now - self._measured >= EVERY:
            self._measured = now
            self.metrics.lag(*self._lag())
        if versions is not self.health.versions:
            if self.health.versions and dict(versions) != dict(self.health.versions):
                log.info("deciding with other versions from now on", **versions)
            self.health.versions = versions
            self.metrics.model(versions.get("model"))

    def waits(self, name: str, error: Unavailable) -> None:
        """Say so, once for each time that something stops to answer."""
        self.health.turned = time.monotonic()
        self.metrics.retry(name)
        if name not in self.health.waiting:
            log.warning("waiting", on=name, why=error.summary)
        self.health.waiting[name] = error.summary

    def resumes(self, name: str) -> None:
        """Say so."""
        self.health.waiting.pop(name, None)
        log.info("going on", on=name)

    def saved(self, checkpoint: Checkpoint, seconds: float) -> None:
        """Note its age and size."""
        self.metrics.checkpoint(seconds)
        self.metrics.state(sum(array.nbytes for array in checkpoint.arrays.values()))

    def _begin_to_follow(self) -> None:
        if self.health.role == "starting":
            self.health.role = "following"
            log.info("does not lead yet: following the journal")
