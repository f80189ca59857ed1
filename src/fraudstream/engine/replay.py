"""Running a journal again: does it give what was decided then, and what state does it lead to?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeVar

from fraudstream.engine.program import Program, Programs
from fraudstream.engine.ranges import read_again
from fraudstream.engine.recovery import Progress
from fraudstream.engine.saving import checkpoint_of
from fraudstream.errors import InputInvalid
from fraudstream.events import Records
from fraudstream.ports import Checkpoint, Entry, Source

__all__ = ["Difference", "rebuild", "replay"]

S = TypeVar("S")
O = TypeVar("O")


@dataclass(frozen=True, slots=True)
class Difference:
    """A decision that is not what it was: line ``row`` of a batch, then and now; None: no line."""

    batch: int
    row: int
    then: bytes | None
    now: bytes | None


def replay(
    programs: Programs[S, O],
    source: Source,
    held: Iterable[tuple[Entry, bytes]],
    encode: Callable[[O], bytes],
    start: Checkpoint | None = None,
) -> Iterator[Difference]:
    """Decide every batch again and compare it, byte for byte, with the lines that a sink holds.

    ``held`` gives entries and lines from batch 0, or from the one after ``start``.
    """
    program = programs.current()
    state = program.restore(start.arrays) if start else program.empty()
    for entry, then in held:
        outcome = programs.of(entry.versions).step(state, read_again(source, entry), entry.as_of)
        now = encode(outcome)
        if now != then:
            yield from _differences(entry.batch, then, now)


def rebuild(program: Program[S, O], past: Iterable[tuple[Entry, Records]]) -> Checkpoint:
    """The state to which a journal leads under other features; decisions stay as they are.

    ``past`` are its batches, all that still count. Saving the result makes the next start go on
    from there.
    """
    progress = Progress(program, program.empty())
    for entry, records in past:
        outcome = program.step(progress.state, records, entry.as_of)
        progress.advance(entry, program, outcome)
    if progress.entry is None:
        raise InputInvalid(
            "The journal is empty, so there is no state to make anew.",
            advice="Just start: fraudstream run.",
        )
    return checkpoint_of(progress)


def _differences(batch: int, then: bytes, now: bytes) -> Iterator[Difference]:
    lines = zip_longest(then.splitlines(), now.splitlines())
    for row, (before, after) in enumerate(lines):
        if before != after:
            yield Difference(batch, row, before, after)
