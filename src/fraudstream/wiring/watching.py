"""What a running engine is known to do: counts, health for its server, lines for the log."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import structlog

from fraudstream.decisions import Action, Outcome
from fraudstream.engine import Watcher
from fraudstream.errors import Unavailable
from fraudstream.ports import Entry
from fraudstream.wiring.progress import Progress

__all__ = ["Health", "Tally", "Watching"]

log = structlog.get_logger()

STALLED = 30.0
"""Seconds without a sign of the engine after which it does not count as ready."""


@dataclass(slots=True)
class Tally:
    """What a run has decided so far."""

    actions: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    batch: int = -1

    @property
    def decisions(self) -> int:
        """How many transactions were decided."""
        return self.actions.total()

    def add(self, outcome: Outcome, seconds: float) -> None:
        """Count a batch."""
        counts = np.bincount(outcome.actions, minlength=len(Action)).tolist()
        self.actions.update({a.name.lower(): n for a, n in zip(Action, counts, strict=True)})
        self.rejects.update(str(reject.reason) for reject in outcome.rejects)
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
    refused: str | None = None
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
            "refused_model": self.refused,
        }


class Watching(Watcher):
    """Counts, keeps the health up to date, shows progress and writes the log.

    ``size`` is where a file ends, for its progress; 0 where nothing is known.
    """

    def __init__(self, progress: Progress, size: int = 0) -> None:
        self.tally, self.health = Tally(), Health()
        self._progress, self._size = progress, size

    def leads(self, epoch: int) -> None:
        """Say so."""
        self.health.role, self.health.epoch = "leading", epoch
        log.info("leading", epoch=epoch)

    def deposed(self, why: str) -> None:
        """Say so."""
        self.health.role = "following"
        log.warning("another engine has taken over: following it", why=why)

    def followed(self, entry: Entry) -> None:
        """Note how far it came."""
        self.health.role, self.health.batch = "following", entry.batch

    def redone(self, entry: Entry) -> None:
        """Note how far it came."""
        self.health.batch = entry.batch
        log.debug("completed a batch of the journal", batch=entry.batch)

    def decided(self, entry: Entry, outcome: Outcome, seconds: float) -> None:
        """Count a batch."""
        self.tally.add(outcome, seconds)
        self.health.batch = self.tally.batch = entry.batch
        done = max(entry.end.values(), default=0)
        self._progress("deciding", *((done, self._size) if self._size else (self._decisions, 0)))

    def turned(self, versions: Mapping[str, str | None]) -> None:
        """Note that the engine is alive, and with what."""
        if self.health.role == "starting":
            self.health.role = "following"
            log.info("another engine leads: following it")
        before, self.health.versions = self.health.versions, versions
        self.health.turned = time.monotonic()
        if before and dict(before) != dict(versions):
            log.info("deciding with other versions from now on", **versions)

    def waits(self, name: str, error: Unavailable) -> None:
        """Say so, once for each time that something stops to answer."""
        self.health.turned = time.monotonic()
        if name not in self.health.waiting:
            log.warning("waiting", on=name, why=error.summary)
        self.health.waiting[name] = error.summary

    def resumes(self, name: str) -> None:
        """Say so."""
        self.health.waiting.pop(name, None)
        log.info("going on", on=name)

    @property
    def _decisions(self) -> int:
        return self.tally.decisions
