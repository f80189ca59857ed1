"""Time zones as tables: from which instant on which offset holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numba import njit

from fraudstream.codec.words import I64, OPTIONS, word_at

__all__ = ["SKIPPED", "offsets_of", "to_utc"]

SKIPPED = int(np.iinfo(np.int64).min)
"""A local time that no clock there has shown."""

_SINCE_FOREVER = -(1 << 60)
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=5)
"""Shorter than any time between two changes of a zone since 1900."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=64)
def offsets_of(zone: str) -> I64:
    """Rows (UTC ms, offset ms): from then until the next row, local time is UTC plus the offset.

    Covers 1900 to 2200; before and after, the first and last offset are taken to hold. The array is
    shared: do not write to it.

    >>> int(offsets_of("Asia/Kolkata")[-1, 1]) / 3_600_000
    5.5
    """
    place = ZoneInfo(zone)
    rows = [(_SINCE_FOREVER, _offset(place, _FIRST))]
    at = _FIRST
    while at < _LAST:
        after = at + _STEP
        if _offset(place, after) != rows[-1][1]:
            change = _change(place, at, after)
            rows.append((_ms(change - _EPOCH), _offset(place, change)))
        at = after
    return np.array(rows, np.int64)


def _ms(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return _ms(offset)


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second at which the offset of ``low`` ends, by bisection."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // timedelta(seconds=2) * timedelta(seconds=1)
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


@njit(**OPTIONS)
def to_utc(local: int, table: int, first: int, end: int) -> int:
    """UTC ms of a local time: the earlier if there are two, ``SKIPPED`` if there is none.

    ``word_at(table, first:end)`` are the rows of ``offsets_of``, one after the other.
    """
    low, high = 0, (end - first) >> 1
    while high - low > 1:
        middle = (low + high) >> 1
        if word_at(table, first + 2 * middle) + word_at(table, first + 2 * middle + 1) <= local:
            low = middle
        else:
            high = middle
    at = first + 2 * low
    if at > first and local < word_at(table, at) + word_at(table, at - 1):
        return local - word_at(table, at - 1)
    if at + 2 < end and local >= word_at(table, at + 2) + word_at(table, at + 1):
        return SKIPPED
    return local - word_at(table, at + 1)
