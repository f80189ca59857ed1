"""Decoded events, as columns: what every layer above the codec works on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["MISSING", "NO_CODE", "EventBatch", "Kind", "Spans"]

MISSING = np.iinfo(np.int64).min
"""A number that the message did not carry."""

NO_CODE = -1
"""An enumerated field that the message did not carry."""


class Kind(IntEnum):
    """What an event is; the codes stand in ``EventBatch.kinds``."""

    TRANSACTION = 0
    LABEL = 1
    REVERSAL = 2
    PROFILE = 3


@dataclass(frozen=True, slots=True)
class Spans:
    """Text fields, uncopied: where each one lies in the buffer it came in.

    The text of field ``f`` (a column of the layout's ``texts``) in row ``i`` is
    ``data[starts[i, f]:ends[i, f]]``, UTF-8, already free of JSON escapes; ``starts[i, f] == -1``
    where the message has none. ``data`` is uint8; ``starts`` and ``ends`` are int64, (n, texts).
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def text(self, row: int, column: int) -> str | None:
        """One field as text, or None where the message has none."""
        start = self.starts[row, column]
        return None if start < 0 else bytes(self.data[start : self.ends[row, column]]).decode()


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events in the order in which they act, one row each; columns as the preset's layout says.

    =============  ==========  =================================================================
    kinds          uint8 (n)   a :class:`Kind`
    event_times    int64 (n)   UTC ms: when it happened
    arrivals       int64 (n)   UTC ms: when it reached the log, never decreasing
    ids            uint64 (n, 2)     128-bit hash of the transaction id
    contents       uint64 (n)        hash of all that the message says, tells a copy from a conflict
    hashes         uint64 (n, H, 2)  128-bit hash of each hashed field; (0, 0) = absent
    numbers        int64 (n, M)      scaled integers (column 0: amount in base currency, minor
                                     units; a time field: UTC ms); ``MISSING`` = absent
    codes          int16 (n, C)      index into an enumerated field's values; ``NO_CODE`` = absent
    frauds         int8 (n)    of a label (or of a transaction that carries its own): 1, 0; -1 none
    known_ats      int64 (n)   of a label: when it became known, ``MISSING`` = at its arrival
    amounts        int64 (n)   as given, in minor units of its own currency
    currencies     int16 (n)   index into the layout's currencies
    texts          Spans (n, T)
    partitions     int32 (n)   where the message came from
    offsets        int64 (n)
    =============  ==========  =================================================================
    """

    kinds: NDArray[np.uint8]
    event_times: NDArray[np.int64]
    arrivals: NDArray[np.int64]
    ids: NDArray[np.uint64]
    contents: NDArray[np.uint64]
    hashes: NDArray[np.uint64]
    numbers: NDArray[np.int64]
    codes: NDArray[np.int16]
    frauds: NDArray[np.int8]
    known_ats: NDArray[np.int64]
    amounts: NDArray[np.int64]
    currencies: NDArray[np.int16]
    texts: Spans
    partitions: NDArray[np.int32]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.kinds)

    def take(self, rows: NDArray[np.intp]) -> EventBatch:
        """The given rows, in the given order; text is not copied."""
        spans = Spans(self.texts.data, self.texts.starts[rows], self.texts.ends[rows])
        return EventBatch(
            kinds=self.kinds[rows],
            event_times=self.event_times[rows],
            arrivals=self.arrivals[rows],
            ids=self.ids[rows],
            contents=self.contents[rows],
            hashes=self.hashes[rows],
            numbers=self.numbers[rows],
            codes=self.codes[rows],
            frauds=self.frauds[rows],
            known_ats=self.known_ats[rows],
            amounts=self.amounts[rows],
            currencies=self.currencies[rows],
            texts=spans,
            partitions=self.partitions[rows],
            offsets=self.offsets[rows],
        )

    def none(self) -> EventBatch:
        """None of the events."""
        columns = self.numbers.shape[1], self.codes.shape[1], self.texts.starts.shape[1]
        return _no_events(self.hashes.shape[1], *columns)

    def arrived(self, arrivals: NDArray[np.int64]) -> EventBatch:
        """The same events with other arrivals; nothing is copied."""
        return EventBatch(
            kinds=self.kinds,
            event_times=self.event_times,
            arrivals=arrivals,
            ids=self.ids,
            contents=self.contents,
            hashes=self.hashes,
            numbers=self.numbers,
            codes=self.codes,
            frauds=self.frauds,
            known_ats=self.known_ats,
            amounts=self.amounts,
            currencies=self.currencies,
            texts=self.texts,
            partitions=self.partitions,
            offsets=self.offsets,
        )


@lru_cache(maxsize=64)
def _no_events(hashes: int, numbers: int, codes: int, texts: int) -> EventBatch:
    """A batch without rows, of so many columns; one for all, as there is nothing to change."""
    times, nowhere = np.empty(0, np.int64), np.empty((0, texts), np.int64)
    return EventBatch(
        kinds=np.empty(0, np.uint8),
        event_times=times,
        arrivals=times,
        ids=np.empty((0, 2), np.uint64),
        contents=np.empty(0, np.uint64),
        hashes=np.empty((0, hashes, 2), np.uint64),
        numbers=np.empty((0, numbers), np.int64),
        codes=np.empty((0, codes), np.int16),
        frauds=np.empty(0, np.int8),
        known_ats=times,
        amounts=times,
        currencies=np.empty(0, np.int16),
        texts=Spans(np.empty(0, np.uint8), nowhere, nowhere),
        partitions=np.empty(0, np.int32),
        offsets=times,
    )
