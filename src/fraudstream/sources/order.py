"""The order of a finite file: look first, and sort it if asked to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import InputInvalid
from fraudstream.events import MISSING, NO_TIMESTAMP, Records, Reject
from fraudstream.ports import Source
from fraudstream.sources.chunked import Chunk, ChunkedSource

__all__ = ["TOLERATED", "Lateness", "Sorted", "look", "require_order"]

TOLERATED = 0.01
"""Share of events that may be too late before a file counts as out of order."""

_ALL = 1 << 16


@dataclass(frozen=True, slots=True)
class Lateness:
    """How many of ``events`` are further behind the newest one before them than allowed.

    ``first`` is the line of the first such event, the header not counted; 0 if there is none.
    """

    events: int = 0
    too_late: int = 0
    first: int = 0

    @property
    def share(self) -> float:
        """Too late ones among all, 0 to 1."""
        return self.too_late / self.events if self.events else 0.0


def look(times: Iterable[NDArray[np.int64]], lateness: int) -> Lateness:
    """Go through event times (UTC ms, ``MISSING`` where there is none) in the order of the file.

    >>> look([np.array([0, 50]), np.array([10, 60])], lateness=30)
    Lateness(events=4, too_late=1, first=3)
    """
    events = too_late = first = 0
    newest = MISSING
    for part in times:
        clocks = np.maximum.accumulate(np.append(newest, part))[1:]
        late = (part != MISSING) & (clocks - lateness > part)
        if not first and late.any():
            first = events + int(np.argmax(late)) + 1
        events += len(part)
        too_late += int(np.count_nonzero(late))
        newest = int(clocks[-1]) if len(clocks) else newest
    return Lateness(events, too_late, first)


def require_order(name: str, found: Lateness) -> None:
    """Raise ``InputInvalid`` if a file is not in time order and must not be learned from."""
    if found.share > TOLERATED:
        raise InputInvalid(
            f"{name} is not in time order: {found.share:.1%} of its {found.events:,} events come "
            f"too late for their windows; the first of them is line {found.first:,}.",
            advice="Sort it while reading with --arrival event_time, or raise lateness in the "
            "preset if that is how your messages arrive.",
        )


class Sorted(ChunkedSource):
    """A finite source in the order of its event times; a record's offset is its rank.

    Equal times keep the order of the source, and a record without a time stays behind the one
    before it. Everything is read into memory first.
    """

    def __init__(self, source: Source, times: Callable[[Records], NDArray[np.int64]]) -> None:
        super().__init__(source.name)
        self._source = source
        self._times = times
        self._sorted: Records | None = None

    def _records(self) -> Records:
        if self._sorted is None:
            parts = list(_parts(self._source))
            records = Records.joined(parts or [self._nothing()])
            none = np.empty(0, np.int64)
            times = _filled(np.concatenate([none, *(self._times(part) for part in parts)]))
            ordered = records.take(np.argsort(times, kind="stable"))
            self._sorted = replace(ordered, rejects=tuple(map(_ranked_first, records.rejects)))
        return self._sorted

    def _read(self, at: int, goal: int | None) -> Chunk | None:
        records = self._records()
        end = min(len(records), at + _ALL if goal is None else goal)
        if at >= end:
            return None
        rows = np.arange(at, end)
        piece = records.take(rows)
        stamps = np.full(len(rows), NO_TIMESTAMP, np.int64)
        return Chunk(piece.payload, rows, stamps, end, records.rejects)

    def _finished(self, at: int) -> bool:
        return at >= len(self._records())

    def _wait(self, seconds: float) -> None:
        """Everything is there."""

    def _check(self, at: int) -> None:
        if self._sorted is None:
            self._source.seek(self._source.position())  # is it still the same input?
        if at > len(self._records()):
            raise InputInvalid(f"{self.name} has fewer than the {at} messages read before.")

    def close(self) -> None:
        """Close the source."""
        self._source.close()


def _parts(source: Source) -> Iterable[Records]:
    while (records := source.poll(_ALL)) is not None:
        if len(records) or records.rejects:
            yield records


def _ranked_first(reject: Reject) -> Reject:
    """What has no time comes before everything; its detail keeps where it was."""
    return replace(reject, detail=f"{reject.detail} (at {reject.offset})", offset=0)


def _filled(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Missing times replaced by the one before."""
    known = np.where(times != MISSING, np.arange(len(times)), 0)
    return times[np.maximum.accumulate(known)] if len(times) else times
