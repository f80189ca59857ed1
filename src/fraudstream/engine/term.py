"""One term of an engine: follow or lead from a restored state until the end or a takeover."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from fraudstream.engine.patience import Patience
from fraudstream.engine.program import Program
from fraudstream.engine.recovery import Progress, compute_again, go_on_from, restore
from fraudstream.engine.saving import Saver
from fraudstream.errors import CheckpointIncompatible, StateFull, Superseded
from fraudstream.events import Records
from fraudstream.ports import Entry, Fenced, Rehearsing

if TYPE_CHECKING:
    from fraudstream.engine.engine import Engine

__all__ = ["Term"]

S = TypeVar("S")
O = TypeVar("O")

_PAUSE = 0.05
"""Seconds between two looks of a follower at the journal."""

_REHEARSALS = 8
"""Batches whose writes a follower rehearses: among them are some of each kind of row."""

_AT_ONCE = 64
"""Entries of the journal that are asked for together."""


class Term(Generic[S, O]):
    """From a restored state to the end, or until another engine takes over."""

    def __init__(self, engine: Engine[S, O], patient: Patience, stop: threading.Event) -> None:
        self.engine, self.options = engine, engine.options
        self.watcher, self.patient, self.stop = engine.options.watcher, patient, stop
        self.progress: Progress[S, O] | None = None
        self._rehearsals = _REHEARSALS

    @property
    def batch(self) -> int:
        """Number of the last batch; -1 for none."""
        return self.progress.batch if self.progress else -1

    def serve(self) -> int:
        """Follow until it is this engine's turn, then lead; the number of the last batch."""
        options = self.options
        rhythm = options.checkpoint_seconds, options.checkpoint_batches
        saver = Saver[S, O](self.engine.checkpoints, options.release, rhythm, self.watcher)
        self.progress = self._restored()
        for busy in self._turns():
            saver.save_if_due(self.progress, idle=not busy)
        saver.save(self.progress)
        return self.batch

    def _turns(self) -> Iterator[bool]:
        """Whether there was something to do, again and again, until the end."""
        assert self.progress is not None
        yield from self._follow(self.progress)
        if self.stop.is_set():
            return
        self._claim(self.progress)
        self.progress = self._completed(self.progress)
        yield from self._catch_up(self.progress)
        if not self.stop.is_set():
            yield from self._lead(self.progress)

    def _follow(self, progress: Progress[S, O]) -> Iterator[bool]:
        """Keep the state level with the journal of the engine that leads, writing nothing."""
        while not self._leads():
            for entry in self._journalled(progress):
                self._require_room(progress)
                self._compute_again(progress, entry)
                self._rehearse(progress)
                self.watcher.followed(entry)
                yield True
            yield False
            self.watcher.turned(self.engine.programs.current().versions)
            if self.stop.wait(_PAUSE):
                return

    def _catch_up(self, progress: Progress[S, O]) -> Iterator[bool]:
        """Complete what the journal has and this state, or a sink, has not."""
        for entry in self._journalled(progress):
            self._compute_again(progress, entry)
            self._write(progress)
            self.watcher.redone(entry)
            yield True

    def _lead(self, progress: Progress[S, O]) -> Iterator[bool]:
        """Decide what the source brings."""
        source = self.engine.source
        self.patient(source.name, lambda: go_on_from(progress, source))
        while not self.stop.is_set():
            self._require_room(progress)
            program = self._program(progress)
            self.watcher.turned(program.versions)
            records = self.patient(source.name, lambda: source.poll(self.options.max_batch))
            if not self._leads():
                raise Superseded("Another engine has become the leader.")
            if records is None:
                return
            busy = bool(len(records) or records.rejects)
            if busy:
                self._decide(progress, program, records)
            yield busy

    def _decide(self, progress: Progress[S, O], program: Program[S, O], records: Records) -> None:
        """One batch, from messages to sinks."""
        end, now = self.engine.source.position(), self.options.clock()
        entry = progress.next_entry(end, now, program.versions)
        begun = time.perf_counter()
        outcome = program.step(progress.state, records, entry.as_of)
        seconds = time.perf_counter() - begun
        progress.advance(replace(entry, latency_us=round(seconds * 1e6)), program, outcome)
        self._write(progress)
        self.watcher.decided(entry, outcome, seconds, time.perf_counter() - begun)

    def _restored(self) -> Progress[S, O]:
        engine = self.engine

        def attempt() -> Progress[S, O]:
            return restore(engine.programs, engine.outlets(), engine.checkpoints)

        return self.patient(engine.primary.name, attempt)

    def _claim(self, progress: Progress[S, O]) -> None:
        """Make sure that no former owner can write any more."""
        fenced = [sink for sink in self.engine.outlets() if isinstance(sink, Fenced)]
        if fenced:
            known = [self.patient(sink.name, sink.epoch) for sink in fenced]
            progress.epoch = 1 + max(progress.epoch, *known)
        for sink in fenced:
            self.patient(sink.name, partial(sink.claim, progress.epoch))
        self.watcher.leads(progress.epoch)

    def _completed(self, progress: Progress[S, O]) -> Progress[S, O]:
        """Give all sinks the batch that was followed last; where one lacks more, start earlier."""
        held = min(self.patient(s.name, s.position) for s in self.engine.outlets())
        if held >= progress.batch or progress.outcome is None:
            return progress
        if held == progress.batch - 1:
            self._write(progress)
            return progress
        earlier = self._restored()
        earlier.epoch = progress.epoch
        return earlier

    def _journalled(self, progress: Progress[S, O]) -> Iterator[Entry]:
        """The journal's entries after the last batch, as far as there are any."""
        primary = self.engine.primary

        def some() -> list[Entry]:
            return list(islice(primary.entries(progress.batch), _AT_ONCE))

        while entries := self.patient(primary.name, some):
            for entry in entries:
                if self.stop.is_set():
                    return
                yield entry

    def _compute_again(self, progress: Progress[S, O], entry: Entry) -> None:
        engine = self.engine

        def attempt() -> None:
            compute_again(progress, engine.programs, engine.source, entry)

        self.patient(engine.source.name, attempt)

    def _write(self, progress: Progress[S, O]) -> None:
        """Give the last batch to every sink that lacks it."""
        entry, outcome = progress.entry, progress.outcome
        assert entry is not None and outcome is not None
        for sink in self.engine.outlets():
            self.patient(sink.name, partial(sink.write, entry, outcome))

    def _rehearse(self, progress: Progress[S, O]) -> None:
        """Let the sinks be ready to write, should this engine take over."""
        entry, outcome = progress.entry, progress.outcome
        if self._rehearsals and entry is not None and outcome is not None:
            self._rehearsals -= 1
            for sink in self.engine.outlets():
                if isinstance(sink, Rehearsing):
                    sink.rehearse(entry, outcome)

    def _program(self, progress: Progress[S, O]) -> Program[S, O]:
        program = self.engine.programs.current()
        if program.fingerprint != progress.program.fingerprint:
            raise CheckpointIncompatible(
                "The features were changed under a running engine.",
                advice="Stop it, run fraudstream state rebuild, and start it again.",
            )
        return program

    def _require_room(self, progress: Progress[S, O]) -> None:
        """Rather stop than forget what the windows still need."""
        most = self.options.max_memory
        if most and (held := progress.program.memory(progress.state)) > most:
            raise StateFull(
                f"The state holds {held / 1e6:,.1f} MB, and may hold {most / 1e6:,.1f} MB "
                "([engine] max_memory). Nothing more was read, nothing was forgotten.",
                advice="Raise max_memory, or shorten the preset's longest window and make the "
                "state anew (fraudstream state rebuild); then start again: it goes on from here.",
            )

    def _leads(self) -> bool:
        leadership = self.options.leadership
        return leadership is None or leadership.leads()
