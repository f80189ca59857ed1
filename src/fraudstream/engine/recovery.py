"""After a stop or a crash: the state of the last journalled batch, and every sink complete."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

from fraudstream.engine.program import Program, Programs
from fraudstream.engine.ranges import read_again
from fraudstream.errors import CheckpointIncompatible
from fraudstream.ports import Checkpoint, Checkpoints, Entry, Position, Primary, Sink, Source

__all__ = ["Outlets", "Progress", "compute_again", "entry_mark", "go_on_from", "restore"]

S = TypeVar("S")
O = TypeVar("O")

Outlets = tuple[Primary[O], *tuple[Sink[O], ...]]
"""Everything that is given the outcome of each batch, the primary first."""


@dataclass(slots=True)
class Progress(Generic[S, O]):
    """How far a run has come: the state after ``entry``, and the program that made it.

    ``outcome`` is what ``entry`` became, if this run computed it. ``epoch`` is that of the next
    batches. ``saved`` is the number of the last batch whose state is kept, -1 for none.
    """

    program: Program[S, O]
    state: S
    entry: Entry | None = None
    start: Position = field(default_factory=dict)
    saved: int = -1
    outcome: O | None = None
    epoch: int = 0

    @property
    def batch(self) -> int:
        """Number of the last batch; -1 before the first."""
        return self.entry.batch if self.entry else -1

    def next_entry(self, end: Position, now: int, versions: Mapping[str, str | None]) -> Entry:
        """The journal entry of the next batch; its ``as_of`` never runs backwards."""
        as_of = max(now, self.entry.as_of) if self.entry else now
        return Entry(self.batch + 1, self.start, end, as_of, dict(versions), self.epoch)

    def advance(self, entry: Entry, program: Program[S, O], outcome: O) -> None:
        """The state has become that after ``entry``."""
        self.entry, self.start, self.program, self.outcome = entry, entry.end, program, outcome
        self.epoch = max(self.epoch, entry.epoch)


def restore(
    programs: Programs[S, O], outlets: Outlets[O], checkpoints: Checkpoints | None
) -> Progress[S, O]:
    """The newest checkpoint of this journal that all sinks have reached, or an empty state."""
    program = programs.current()
    held = min(sink.position() for sink in outlets)
    checkpoint, entry = _fitting(checkpoints, outlets[0], held)
    if checkpoint is None or entry is None:
        return Progress(program, program.empty())
    _require_same_state(checkpoint.fingerprint, program.fingerprint)
    state = program.restore(checkpoint.arrays)
    position, batch = checkpoint.position, checkpoint.batch
    return Progress(program, state, entry, position, batch, epoch=entry.epoch)


def compute_again(
    progress: Progress[S, O], programs: Programs[S, O], source: Source, entry: Entry
) -> None:
    """Bring ``progress`` past the journal's next batch: the same messages, the same versions."""
    program = programs.of(entry.versions)
    _require_same_state(program.fingerprint, progress.program.fingerprint)
    outcome = program.step(progress.state, read_again(source, entry), entry.as_of)
    progress.advance(entry, program, outcome)


def go_on_from(progress: Progress[S, O], source: Source) -> None:
    """Let the source stand after the last batch."""
    if progress.entry is None:
        progress.start = source.position()
    elif source.position() != progress.start:
        source.seek(progress.start)


def entry_mark(entry: Entry) -> str:
    """Sixteen hex digits that tell one journal's batch from another's of the same number."""
    places = [sorted(position.items()) for position in (entry.start, entry.end)]
    facts = [entry.batch, entry.epoch, *places, entry.as_of, sorted(entry.versions.items())]
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:16]


def _fitting(
    checkpoints: Checkpoints | None, primary: Primary[O], held: int
) -> tuple[Checkpoint | None, Entry | None]:
    """The newest checkpoint of batch ``held`` or earlier that belongs to this journal."""
    checkpoint = checkpoints.newest(held) if checkpoints else None
    while checkpoints and checkpoint:
        entry = next(iter(primary.entries(checkpoint.batch - 1)), None)
        if entry and checkpoint.meta.get("entry") == entry_mark(entry):
            return checkpoint, entry
        checkpoint = checkpoints.newest(checkpoint.batch - 1)
    return None, None


def _require_same_state(theirs: str, mine: str) -> None:
    if theirs != mine:
        raise CheckpointIncompatible(
            f"The state was made by other features ({theirs}) than the ones that run ({mine}).",
            advice="Make it anew for these features with fraudstream state rebuild, go back to the "
            "former preset, or begin without a past with another --home.",
        )
