"""The simulated bank as a log: messages like those of any other source, the truth beside them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import InputInvalid
from fraudstream.events import Lines, Records
from fraudstream.ports import Position
from fraudstream.simulator import Chunk, Settings, encode_json, stream

__all__ = ["LiveBank", "records_of"]

NEWLINE = 10
_PARTITION = 0


def records_of(chunk: Chunk, first: int, name: str = "simulated_bank") -> Records:
    """A chunk as JSON messages that reached the log when the simulation says.

    ``first`` is the offset of its first event. The truth is not in it.
    """
    data = np.frombuffer(encode_json(chunk), np.uint8)
    ends = np.flatnonzero(data == NEWLINE).astype(np.int64)
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])[: len(ends)]
    offsets = np.arange(first, first + len(chunk), dtype=np.int64)
    partitions = np.full(len(chunk), _PARTITION, np.int32)
    return Records(name, Lines(data, starts, ends), partitions, offsets, chunk.column("at"))


class LiveBank:
    """An endless log that grows by ``rate`` transactions a second; a :class:`Source`.

    An event's offset is its number since the stream began. The clock begins with the first poll.
    What was given out last stays at hand, with its truth, for :meth:`truth`.
    """

    name = "simulated_bank"

    def __init__(self, bank: Settings, rate: float) -> None:
        self._bank, self._rate = bank, rate
        self._begun: float | None = None
        self._paid = 0
        self._restart()
        self.now = bank.start_ms
        """The bank's own time, UTC ms: the arrival of the last event given out."""

    def _restart(self) -> None:
        self._days: Iterator[Chunk] = stream(self._bank)
        self._day = next(self._days)
        self._row = self._at = 0
        self._given, self._given_from = self._day.where(slice(0, 0)), 0

    def position(self) -> Position:
        """The position after the last event given out."""
        return {_PARTITION: self._at}

    def seek(self, position: Position) -> None:
        """Go to an offset: the stream is simulated again up to there."""
        goal = position.get(_PARTITION, -1)
        if len(position) != 1 or goal < 0:
            raise InputInvalid(f"{self.name} has one partition; {dict(position)} is not in it.")
        self._restart()
        while self._at < goal:
            self._take(goal - self._at)

    def poll(self, limit: int, until: Position | None = None, wait: float = 0.1) -> Records | None:
        """What is due by now; at least one event, unless none is due within ``wait`` seconds."""
        if until is not None:
            chunk = self._take(min(limit, until[_PARTITION] - self._at))
        else:
            chunk = self._take(min(limit, self._due(wait)))
            self._paid += int(chunk.is_transaction.sum())
        if len(chunk):
            self.now = int(chunk.rows["at"][-1])
        return records_of(chunk, self._given_from)

    def truth(self, offsets: NDArray[np.int64]) -> Chunk:
        """What the simulation knows of events that were given out last."""
        return Chunk(self._given.rows[offsets - self._given_from], self._given.attacks)

    def close(self) -> None:
        """Nothing to let go of."""

    def _due(self, wait: float) -> int:
        """How many transactions are due; waits for the first of them."""
        now = time.monotonic()
        self._begun = now if self._begun is None else self._begun
        missing = self._begun + (self._paid + 1) / self._rate - now
        if missing > 0:
            time.sleep(min(missing, wait))
            now = time.monotonic()
        return max(0, int((now - self._begun) * self._rate) - self._paid)

    def _take(self, count: int) -> Chunk:
        """The next events, at most so many and of one day."""
        if self._row == len(self._day):
            self._day, self._row = next(self._days), 0
        taken = self._day.where(slice(self._row, self._row + max(0, count)))
        self._given, self._given_from = taken, self._at
        self._row += len(taken)
        self._at += len(taken)
        return taken
