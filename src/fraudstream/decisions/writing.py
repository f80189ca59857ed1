"""Compiled writers of JSON text: each puts something at ``at`` in ``out`` and returns its end.

They check nothing: the caller provides room (:data:`ROOM` for any number or time). Inner loops
count in uint64, for a signed index may be negative and checking that costs more than the copying.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.events import MISSING

__all__ = ["ROOM", "put_bytes", "put_fixed", "put_int", "put_null", "put_string", "put_time"]

ROOM = 24
"""Bytes that no integer, fixed-point number or time exceeds."""

_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_SHORT = np.zeros(32, np.uint8)
_SHORT[[8, 9, 10, 12, 13]] = np.frombuffer(b"btnfr", np.uint8)
_DAY_MS = 86_400_000
_ONE, _TEN, _ZERO = np.uint64(1), np.uint64(10), np.uint64(48)


@njit(cache=True, nogil=True)
def put_bytes(out, at, data, start, end):  # type: ignore[no-untyped-def]
    """``data[start:end]`` as it is."""
    to, source, count = np.uint64(at), np.uint64(start), np.uint64(end - start)
    i = np.uint64(0)
    while i < count:
        out[to + i] = data[source + i]
        i += _ONE
    return at + end - start


@njit(cache=True, nogil=True)
def put_string(out, at, data, start, end):  # type: ignore[no-untyped-def]
    """``data[start:end]``, UTF-8, as a JSON string: up to six bytes for each, and two.

    A negative start is no text: ``null``.
    """
    if start < 0:
        return put_null(out, at)
    out[at] = 34
    at += 1
    i, last = np.uint64(start), np.uint64(end)
    while i < last:
        byte = data[i]
        if byte >= 32 and byte != 34 and byte != 92:
            out[np.uint64(at)] = byte
            at += 1
        else:
            at = _put_escaped(out, at, byte)
        i += _ONE
    out[at] = 34
    return at + 1


@njit(cache=True, nogil=True)
def _put_escaped(out, at, byte):  # type: ignore[no-untyped-def]
    out[at] = 92
    if byte >= 32:
        out[at + 1] = byte
        return at + 2
    if _SHORT[byte]:
        out[at + 1] = _SHORT[byte]
        return at + 2
    out[at + 1] = 117
    out[at + 2] = 48
    out[at + 3] = 48
    out[at + 4] = _HEX[byte >> 4]
    out[at + 5] = _HEX[byte & 15]
    return at + 6


@njit(cache=True, nogil=True)
def put_int(out, at, value):  # type: ignore[no-untyped-def]
    """A signed integer over -2**63."""
    if value < 0:
        out[at] = 45
        at += 1
        value = -value
    count = 1
    rest = np.uint64(value) // _TEN
    while rest:
        count += 1
        rest //= _TEN
    return _put_digits(out, at, value, count)


@njit(cache=True, nogil=True)
def _put_digits(out, at, value, count):  # type: ignore[no-untyped-def]
    """The last ``count`` digits of a non-negative integer, with leading zeros."""
    rest, first = np.uint64(value), np.uint64(at)
    i = np.uint64(at + count)
    while i > first:
        i -= _ONE
        out[i] = _ZERO + rest % _TEN
        rest //= _TEN
    return at + count


@njit(cache=True, nogil=True)
def put_fixed(out, at, value, decimals):  # type: ignore[no-untyped-def]
    """``value`` / 10**decimals with exactly that many decimals; ``MISSING`` is ``null``."""
    if value == MISSING:
        return put_null(out, at)
    if value < 0:
        out[at] = 45
        at += 1
        value = -value
    if decimals == 0:
        return put_int(out, at, value)
    scale = _ONE
    for _ in range(decimals):
        scale *= _TEN
    at = put_int(out, at, np.int64(np.uint64(value) // scale))
    out[at] = 46
    return _put_digits(out, at + 1, np.int64(np.uint64(value) % scale), decimals)


@njit(cache=True, nogil=True)
def put_time(out, at, ms):  # type: ignore[no-untyped-def]
    """UTC ms as ``2026-11-24T13:00:05.120Z``; years 1 to 9999.

    The date is found by counting days of 400-year eras from 0000-03-01, where leap days come last
    in their year (Howard Hinnant, "chrono-compatible low-level date algorithms").
    """
    days = ms // _DAY_MS + 719_468
    rest = ms % _DAY_MS
    era = days // 146_097
    day = days - era * 146_097
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    month = month + 3 if month < 10 else month - 9
    at = _put_digits(out, at, year + era * 400 + (month <= 2), 4)
    at = _put_pair(out, at, 45, month)
    at = _put_pair(out, at, 45, day + 1)
    at = _put_pair(out, at, 84, rest // 3_600_000)
    at = _put_pair(out, at, 58, rest // 60_000 % 60)
    at = _put_pair(out, at, 58, rest // 1000 % 60)
    out[at] = 46
    at = _put_digits(out, at + 1, rest % 1000, 3)
    out[at] = 90
    return at + 1


@njit(cache=True, nogil=True)
def _put_pair(out, at, mark, value):  # type: ignore[no-untyped-def]
    out[at] = mark
    out[at + 1] = 48 + value // 10
    out[at + 2] = 48 + value % 10
    return at + 3


@njit(cache=True, nogil=True)
def put_null(out, at):  # type: ignore[no-untyped-def]
    """``null``."""
    out[at] = 110
    out[at + 1] = 117
    out[at + 2] = 108
    out[at + 3] = 108
    return at + 4
