"""The engine: restore, complete what a crash cut short, then poll, step and write until the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fraudstream.engine.patience import Patience, Stopped
from fraudstream.engine.program import Programs
from fraudstream.engine.recovery import Outlets
from fraudstream.engine.term import Term
from fraudstream.engine.watching import Watcher
from fraudstream.errors import Superseded
from fraudstream.ports import Checkpoints, Leadership, Position, Primary, Sink, Source

__all__ = ["Engine", "Options", "utc_ms"]

S = TypeVar("S")
O = TypeVar("O")


def utc_ms() -> int:
    """The wall clock, UTC ms."""
    return time.time_ns() // 1_000_000


def _ignore(*_: Any) -> None:
    """Where nobody listens."""


@dataclass(frozen=True, slots=True)
class Options:
    """How an engine runs.

    A batch is whatever is waiting, at most ``max_batch`` messages. ``clock`` (UTC ms) says when a
    batch was read: no later event time is believed. A checkpoint is saved every
    ``checkpoint_seconds`` or ``checkpoint_batches``, whichever comes first, and at the end.
    ``release`` is told up to where the input is not needed any more. While ``leadership`` is held
    by another engine, this one follows; without one it leads from the start. A state of more than
    ``max_memory`` bytes ends the run with ``StateFull``; 0 is no limit.
    """

    max_batch: int = 8192
    checkpoint_seconds: float = 60.0
    checkpoint_batches: int = 1 << 62
    clock: Callable[[], int] = utc_ms
    watcher: Watcher = field(default_factory=Watcher)
    release: Callable[[Position], None] = _ignore
    leadership: Leadership | None = None
    max_memory: int = 0


_BREATH = 0.05
"""Seconds after losing the lead: engines that cannot agree must not spin."""


@dataclass(slots=True)
class Engine(Generic[S, O]):
    """Runs programs over a source; what it decides is in ``primary`` and in all ``sinks``, once.

    Whoever runs one on files holds the lock of their folder (:func:`fraudstream.engine.owning`).
    """

    programs: Programs[S, O]
    source: Source
    primary: Primary[O]
    sinks: Sequence[Sink[O]] = ()
    checkpoints: Checkpoints | None = None
    options: Options = field(default_factory=Options)

    def run(self, stop: threading.Event | None = None) -> int:
        """Until the source ends or ``stop`` is set; the number of the last batch, -1 for none.

        What is unavailable is waited for. Any other error leaves the batch it met undecided or to
        be completed: run again, and it is.
        """
        stop = stop or threading.Event()
        patient = Patience(stop, self.options.watcher)
        while True:
            term = Term(self, patient, stop)
            try:
                return term.serve()
            except Stopped:
                return term.batch
            except Superseded as error:
                if self.options.leadership is None:
                    raise
                self.options.leadership.resign()
                self.options.watcher.deposed(error.summary)
                stop.wait(_BREATH)

    def outlets(self) -> Outlets[O]:
        """The primary, then the other sinks."""
        return (self.primary, *self.sinks)
