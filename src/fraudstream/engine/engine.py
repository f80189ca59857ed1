"""The engine: restore, complete what a crash cut short, then poll, step and write until the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from fraudstream.engine.program import Program, Programs
from fraudstream.engine.recovery import Outlets, Progress, redo, restore
from fraudstream.engine.saving import Saver
from fraudstream.errors import CheckpointIncompatible
from fraudstream.events import Records
from fraudstream.ports import Checkpoints, Entry, Position, Primary, Sink, Source

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
    ``observe`` is told every new batch with its outcome and the seconds from messages to
    decisions, ``redone`` every batch of the journal that was computed again, ``release`` up to
    where the input is not needed any more.
    """

    max_batch: int = 8192
    checkpoint_seconds: float = 60.0
    checkpoint_batches: int = 1 << 62
    clock: Callable[[], int] = utc_ms
    observe: Callable[[Entry, Any, float], None] = _ignore
    redone: Callable[[Entry], None] = _ignore
    release: Callable[[Position], None] = _ignore


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

        An error leaves the batch it met undecided or to be completed: run again, and it is.
        """
        stop = stop or threading.Event()
        progress = restore(self.programs, self._outlets(), self.checkpoints)
        saver = Saver[S, O](self.checkpoints, self.options.release, self._rhythm())
        for busy in self._turns(progress, stop):
            saver.save_if_due(progress, idle=not busy)
        saver.save(progress)
        return progress.batch

    def _turns(self, progress: Progress[S, O], stop: threading.Event) -> Iterator[bool]:
        """First the journal's batches, then the source's; whether there was something to do."""
        for entry in redo(progress, self.programs, self.source, self._outlets()):
            self.options.redone(entry)
            yield True
            if stop.is_set():
                return
        while not stop.is_set():
            records = self.source.poll(self.options.max_batch)
            if records is None:
                return
            busy = bool(len(records) or records.rejects)
            if busy:
                self._decide(progress, records)
            yield busy

    def _decide(self, progress: Progress[S, O], records: Records) -> None:
        """One batch, from messages to sinks."""
        program = self._program(progress)
        entry = progress.next_entry(self.source.position(), self.options.clock(), program.versions)
        begun = time.perf_counter()
        outcome = program.step(progress.state, records, entry.as_of)
        seconds = time.perf_counter() - begun
        for sink in self._outlets():
            sink.write(entry, outcome)
        progress.advance(entry, program)
        self.options.observe(entry, outcome, seconds)

    def _program(self, progress: Progress[S, O]) -> Program[S, O]:
        program = self.programs.current()
        if program.fingerprint != progress.program.fingerprint:
            raise CheckpointIncompatible(
                "The features were changed under a running engine.",
                advice="Stop it, run fraudstream state rebuild, and start it again.",
            )
        return program

    def _outlets(self) -> Outlets[O]:
        return (self.primary, *self.sinks)

    def _rhythm(self) -> tuple[float, int]:
        return self.options.checkpoint_seconds, self.options.checkpoint_batches
