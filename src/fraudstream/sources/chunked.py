"""What sources of one partition share: read a stretch of the log, give out pieces of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import InputInvalid
from fraudstream.events import Lines, Records, Reject

if TYPE_CHECKING:
    import pyarrow as pa

    from fraudstream.ports import Position

__all__ = ["PARTITION", "Chunk", "ChunkedSource"]

PARTITION = 0
"""The only partition of a file or a spool."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of a log: its records, and where each begins.

    ``end`` is the position after the stretch, beyond whatever holds no record (empty lines,
    ``rejects``); what lies between two records belongs to the former.
    """

    payload: Lines | pa.RecordBatch
    offsets: NDArray[np.int64]
    timestamps: NDArray[np.int64]
    end: int
    rejects: tuple[Reject, ...] = ()

    def __len__(self) -> int:
        return len(self.offsets)

    def end_of(self, row: int) -> int:
        """The position after the first ``row`` records."""
        return self.end if row == len(self) else int(self.offsets[row])

    def records(self, source: str, first: int, last: int, start: int) -> Records:
        """The records of rows ``first`` to ``last`` and the rejects from position ``start`` on."""
        end = self.end_of(last)
        return Records(
            source,
            _piece(self.payload, first, last),
            np.full(last - first, PARTITION, np.int32),
            self.offsets[first:last],
            self.timestamps[first:last],
            tuple(reject for reject in self.rejects if start <= reject.offset < end),
        )


def _piece(payload: Lines | pa.RecordBatch, first: int, last: int) -> Lines | pa.RecordBatch:
    if not isinstance(payload, Lines):
        return payload.slice(first, last - first)
    if first == last:
        return Lines(payload.data[:0], payload.starts[:0], payload.ends[:0])
    starts, ends = payload.starts[first:last], payload.ends[first:last]
    begin = starts.min()
    return Lines(payload.data[begin : ends.max()], starts - begin, ends - begin)


class ChunkedSource(ABC):
    """A source of one partition; what differs is how a chunk of it is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._at = 0
        self._chunk: Chunk | None = None
        self._row = 0
        self._goal: int | None = None

    @abstractmethod
    def _read(self, at: int, goal: int | None) -> Chunk | None:
        """The chunk from position ``at``, not beyond ``goal``; None if nothing is there."""

    @abstractmethod
    def _finished(self, at: int) -> bool:
        """Whether nothing will ever come after position ``at``."""

    @abstractmethod
    def _wait(self, seconds: float) -> None:
        """Wait for more, at most so long."""

    @abstractmethod
    def _check(self, at: int) -> None:
        """Raise ``InputInvalid`` if this log cannot have given out position ``at``."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files; may be called twice."""

    def position(self) -> Position:
        """The position after the last record given out."""
        return {PARTITION: self._at}

    def seek(self, position: Position) -> None:
        """Go to a position that this log has given out before."""
        if list(position) != [PARTITION] or position[PARTITION] < 0:
            raise InputInvalid(
                f"{self.name} has one partition, and the position {dict(position)} is not in it.",
                advice="The state belongs to another input: run with that one, or another --home.",
            )
        self._check(position[PARTITION])
        self._at = position[PARTITION]
        self._chunk = None

    def poll(self, limit: int, until: Position | None = None, wait: float = 0.1) -> Records | None:
        """The next records: at most ``limit``, none beyond ``until``; None at the end for good."""
        goal = None if until is None else until[PARTITION]
        if not (self._has_chunk(goal) or self._reached(goal) or self._finished(self._at)):
            self._wait(wait)
            self._has_chunk(goal)
        if self._chunk is not None:
            return self._give(limit)
        over = not self._reached(goal) and self._finished(self._at)
        return None if over else self._nothing()

    def _reached(self, goal: int | None) -> bool:
        return goal is not None and self._at >= goal

    def _has_chunk(self, goal: int | None) -> bool:
        """Whether there is something to give out, after reading on if need be."""
        if goal != self._goal or (self._chunk is not None and self._at >= self._chunk.end):
            self._chunk = None
        while self._chunk is None and not self._reached(goal):
            chunk = self._read(self._at, goal)
            if chunk is None:
                break
            if len(chunk) or chunk.rejects:
                self._chunk, self._row, self._goal = chunk, 0, goal
            else:
                self._at = chunk.end
        return self._chunk is not None

    def _give(self, limit: int) -> Records:
        assert self._chunk is not None  # asked for only where there is one
        last = min(self._row + limit, len(self._chunk))
        records = self._chunk.records(self.name, self._row, last, self._at)
        self._at, self._row = self._chunk.end_of(last), last
        return records

    def _nothing(self) -> Records:
        none = np.empty(0, np.int64)
        return Records(self.name, Lines.of([]), none.astype(np.int32), none, none)
