"""Decimal digits to scaled integers, exactly, whatever their number; no float is ever involved."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.codec.values import FINE, NOT_FINITE, OUT_OF_RANGE, WRONG_TYPE
from fraudstream.codec.words import OPTIONS, byte_at, first_bytes

__all__ = ["LARGEST", "TAIL_HALF", "TAIL_LESS", "TAIL_MORE", "TAIL_NONE", "read_scaled", "rounded"]

LARGEST = 10**12
"""No scaled integer may be larger, so that sums of squares fit 128 bits."""

# What was cut off, in units of the last digit kept.
TAIL_NONE, TAIL_LESS, TAIL_HALF, TAIL_MORE = range(4)

_CUT = 10**14
"""Over this a value is out of any range, and one digit more would still fit."""
_FAR = 1_000_000
"""No message is long enough to make up for an exponent beyond this."""

_PLUS, _MINUS, _POINT, _ZERO, _NINE = (ord(c) for c in "+-.09")
_SMALL_3, _SMALL_8 = np.uint64(0x202020), np.uint64(0x2020202020202020)
_NAN = np.uint64(int.from_bytes(b"nan", "little"))
_INF = np.uint64(int.from_bytes(b"inf", "little"))
_INFINITY = np.uint64(int.from_bytes(b"infinity", "little"))


@njit(**OPTIONS)
def _skip_digits(data: int, at: int, end: int) -> int:
    while at < end and _ZERO <= byte_at(data, at) <= _NINE:
        at += 1
    return at


@njit(**OPTIONS)
def _read_exponent(data: int, at: int, end: int) -> tuple[int, bool]:
    """The exponent from after its "e" to the end, cut to +-_FAR; False if it is none."""
    negative = at < end and byte_at(data, at) == _MINUS
    if at < end and (byte_at(data, at) == _MINUS or byte_at(data, at) == _PLUS):
        at += 1
    if at == end or _skip_digits(data, at, end) != end:
        return 0, False
    value = 0
    while at < end:
        value = min(value * 10 + byte_at(data, at) - _ZERO, _FAR)
        at += 1
    return -value if negative else value, True


@njit(**OPTIONS)
def _is_word(data: int, start: int, end: int) -> bool:
    """Whether the text is nan, inf or infinity, in any case."""
    if end - start == 8:
        return first_bytes(data, start, 8) | _SMALL_8 == _INFINITY
    word = first_bytes(data, start, 3) | _SMALL_3
    return end - start == 3 and word in (_NAN, _INF)


@njit(**OPTIONS)
def read_scaled(data, start, end, decimals):  # type: ignore[no-untyped-def]
    """``data[start:end]`` times 10**decimals, cut: (fault, magnitude, tail, negative).

    Reads what ``decimal.Decimal`` does of plain numbers: sign, digits with a point, an exponent.
    """
    at, negative = start, False
    if at < end and (byte_at(data, at) == _MINUS or byte_at(data, at) == _PLUS):
        negative = byte_at(data, at) == _MINUS
        at += 1
    first = at
    at = point = _skip_digits(data, at, end)
    if at == first:
        return (NOT_FINITE if _is_word(data, first, end) else WRONG_TYPE), 0, TAIL_NONE, negative
    if at < end and byte_at(data, at) == _POINT:
        at = _skip_digits(data, point + 1, end)
        if at == point + 1:
            return WRONG_TYPE, 0, TAIL_NONE, negative
    last, exponent = at, 0
    if at < end:
        if byte_at(data, at) != 69 and byte_at(data, at) != 101:
            return WRONG_TYPE, 0, TAIL_NONE, negative
        exponent, is_exponent = _read_exponent(data, at + 1, end)
        if not is_exponent:
            return WRONG_TYPE, 0, TAIL_NONE, negative
    fault, value, tail = _collect(data, first, last, point - first + exponent + decimals)
    return fault, value, tail, negative


@njit(**OPTIONS)
def _collect(data, first, last, kept):  # type: ignore[no-untyped-def]
    """The number that the first ``kept`` digits make (zeros after the last), and the tail."""
    value, tail, position = 0, TAIL_NONE, 0
    for at in range(first, last):
        digit = byte_at(data, at) - 48
        if digit < 0:  # the point
            continue
        if position < kept:
            value = value * 10 + digit
            if value > _CUT:
                return OUT_OF_RANGE, value, tail
        elif position == kept:
            tail = _tail_of(digit)
        elif digit and tail in (TAIL_NONE, TAIL_HALF):
            tail += 1
        position += 1
    while position < kept and value:
        value *= 10
        if value > _CUT:
            return OUT_OF_RANGE, value, tail
        position += 1
    return FINE, value, tail


@njit(**OPTIONS)
def _tail_of(digit: int) -> int:
    if digit == 0:
        return TAIL_NONE
    if digit < 5:
        return TAIL_LESS
    return TAIL_HALF if digit == 5 else TAIL_MORE


@njit(**OPTIONS)
def rounded(value: int, tail: int) -> int:
    """A magnitude rounded half to even."""
    if tail == TAIL_MORE or (tail == TAIL_HALF and value & 1):
        return value + 1
    return value
