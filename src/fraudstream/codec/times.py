"""Times as text or number to UTC ms: ISO 8601, Unix times, patterns.

What is finer than a millisecond is cut off, never rounded: an event must not move past another.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.codec.decimals import TAIL_NONE, read_scaled
from fraudstream.codec.values import FINE, NO_TIME, OUT_OF_RANGE
from fraudstream.codec.words import OPTIONS, byte_at, word_at

__all__ = ["NO_OFFSET", "pattern_ops", "read_iso", "read_pattern", "read_unix"]

NO_OFFSET = 1 << 40
"""The text does not say its distance from UTC."""

_DIRECTIVES = "YmdHMSfz"
(_YEAR, _MONTH, _DAY, _HOUR, _MINUTE, _SECOND, _FRACTION, _OFFSET, _LITERAL) = range(9)
_DAY_MS, _HOUR_MS, _MINUTE_MS = 86_400_000, 3_600_000, 60_000
_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_NOT = -1


def pattern_ops(pattern: str) -> list[tuple[int, int]]:
    """The steps that read a pattern: (directive, 0) or (literal, byte).

    >>> pattern_ops("%H:%M")
    [(3, 0), (8, 58), (4, 0)]
    """
    ops, at, data = [], 0, pattern.encode()
    while at < len(data):
        is_directive = data[at] == ord("%")
        ops.append(
            (_DIRECTIVES.index(chr(data[at + 1])), 0) if is_directive else (_LITERAL, data[at])
        )
        at += 2 if is_directive else 1
    return ops


@njit(**OPTIONS)
def _number(data: int, at: int, end: int, most: int) -> tuple[int, int]:
    """(place after, value) of one to ``most`` digits; the value is -1 if there is none."""
    value, stop = 0, min(end, at + most)
    first = at
    while at < stop and 48 <= byte_at(data, at) <= 57:
        value = value * 10 + byte_at(data, at) - 48
        at += 1
    return at, value if at > first else _NOT


@njit(**OPTIONS)
def _exactly(data: int, at: int, end: int, count: int) -> int:
    """The value of exactly ``count`` digits, or -1."""
    after, value = _number(data, at, end, count)
    return value if after == at + count else _NOT


@njit(**OPTIONS)
def _fraction(data: int, at: int, end: int) -> tuple[int, int]:
    """(place after, ms) of one to nine digits of a second, cut to ms; ms is -1 if it is none."""
    after, value = _number(data, at, end, 9)
    digits = after - at
    if digits == 0:
        return after, _NOT
    while digits < 3:
        value *= 10
        digits += 1
    while digits > 3:
        value //= 10
        digits -= 1
    return after, value


@njit(**OPTIONS)
def _offset(data: int, at: int, end: int) -> tuple[int, int]:
    """(place after, ms east of UTC) of Z, +hh, +hhmm or +hh:mm; ``NO_OFFSET`` if it is none."""
    if at < end and (byte_at(data, at) == 90 or byte_at(data, at) == 122):
        return at + 1, 0
    if at >= end or (byte_at(data, at) != 43 and byte_at(data, at) != 45):
        return at, NO_OFFSET
    sign = 1 if byte_at(data, at) == 43 else -1
    hours = _exactly(data, at + 1, end, 2)
    at += 3
    minutes = 0
    if hours >= 0 and at < end:
        at += byte_at(data, at) == 58
        minutes = _exactly(data, at, end, 2)
        at += 2
    if hours < 0 or hours > 23 or minutes < 0 or minutes > 59:
        return at, NO_OFFSET
    return at, sign * (hours * _HOUR_MS + minutes * _MINUTE_MS)


@njit(**OPTIONS)
def _date(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a date of the Gregorian calendar, or ``NO_OFFSET`` if it is none.

    Counts years from March, so that leap days come last (Howard Hinnant, "chrono-compatible
    low-level date algorithms").
    """
    if year < 1 or month < 1 or month > 12 or day < 1:
        return NO_OFFSET
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if day > _LENGTHS[month] + leap:
        return NO_OFFSET
    if month <= 2:
        year -= 1
        month += 12
    era_days = year * 365 + year // 4 - year // 100 + year // 400
    return era_days + (153 * (month - 3) + 2) // 5 + day - 1 - 719_468


@njit(**OPTIONS)
def _joined(days: int, hour: int, minute: int, second: int, ms: int) -> tuple[int, int]:
    """(fault, ms since 1970) of parts, any of which may be none."""
    if days == NO_OFFSET or hour < 0 or minute < 0 or second < 0 or ms < 0:
        return NO_TIME, 0
    if hour > 23 or minute > 59 or second > 59:
        return NO_TIME, 0
    return FINE, days * _DAY_MS + hour * _HOUR_MS + minute * _MINUTE_MS + second * 1000 + ms


@njit(**OPTIONS)
def read_iso(data: int, start: int, end: int) -> tuple[int, int, int]:
    """(fault, ms since 1970 as written, offset) of an ISO 8601 calendar date with a time.

    ``2026-01-31``, ``2026-01-31T13:00``, ``...:05``, ``....123456789``, with a T or a space, each
    with or without an offset after the time.
    """
    days = NO_OFFSET
    if end - start >= 10 and byte_at(data, start + 4) == 45 and byte_at(data, start + 7) == 45:
        year, month = _exactly(data, start, end, 4), _exactly(data, start + 5, end, 2)
        days = _date(year, month, _exactly(data, start + 8, end, 2))
    at = start + 10
    if days == NO_OFFSET or at == end:
        return (NO_TIME if days == NO_OFFSET else FINE), days * _DAY_MS, NO_OFFSET
    if end - at < 6 or byte_at(data, at + 3) != 58 or byte_at(data, at) not in (84, 116, 32):
        return NO_TIME, 0, NO_OFFSET
    hour, minute = _exactly(data, at + 1, end, 2), _exactly(data, at + 4, end, 2)
    at += 6
    second = ms = 0
    if at < end and byte_at(data, at) == 58:
        second = _exactly(data, at + 1, end, 2)
        at += 3
        if at < end and (byte_at(data, at) == 46 or byte_at(data, at) == 44):
            at, ms = _fraction(data, at + 1, end)
    fault, time = _joined(days, hour, minute, second, ms)
    offset = NO_OFFSET
    if at < end:
        at, offset = _offset(data, at, end)
        if offset == NO_OFFSET:
            fault = NO_TIME
    return (fault if at == end else NO_TIME), time, offset


@njit(**OPTIONS)
def read_pattern(data, start, end, table, ops):  # type: ignore[no-untyped-def]
    """As ``read_iso``, by a pattern; numbers of two digits may lack their zeros.

    ``ops`` is where in ``table`` the pattern's steps start and end, one after the other.
    """
    parts = (0, 1, 1, 0, 0, 0, 0)
    year, month, day, hour, minute, second, ms = parts
    offset = NO_OFFSET
    at = start
    for place in range(ops[0], ops[1], 2):
        op = word_at(table, place)
        if op == _LITERAL:
            if at >= end or byte_at(data, at) != word_at(table, place + 1):
                return NO_TIME, 0, NO_OFFSET
            at += 1
        elif op == _YEAR:
            year = _exactly(data, at, end, 4)
            at += 4
        elif op == _FRACTION:
            at, ms = _fraction(data, at, end)
        elif op == _OFFSET:
            at, offset = _offset(data, at, end)
            if offset == NO_OFFSET:
                return NO_TIME, 0, NO_OFFSET
        else:
            at, value = _number(data, at, end, 2)
            if op == _MONTH:
                month = value
            elif op == _DAY:
                day = value
            elif op == _HOUR:
                hour = value
            elif op == _MINUTE:
                minute = value
            else:
                second = value
    fault, time = _joined(_date(year, month, day), hour, minute, second, ms)
    return (fault if at == end else NO_TIME), time, offset


@njit(**OPTIONS)
def read_unix(data: int, start: int, end: int, decimals: int) -> tuple[int, int]:
    """(fault, ms) of a number of units since 1970 of which 10**decimals ms make one.

    Too large for anything is returned as the largest number there is, with its sign.
    """
    fault, value, tail, negative = read_scaled(data, start, end, decimals)
    if fault == OUT_OF_RANGE:
        return FINE, -(1 << 60) if negative else 1 << 60
    if fault != FINE:
        return NO_TIME, 0
    if negative:
        return FINE, -value - (tail != TAIL_NONE)
    return FINE, value
