"""JSON strings: their end, their escapes, and whether they are UTF-8 (RFC 8259, RFC 3629)."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.codec.values import FINE, LONE_SURROGATE, NOT_JSON, NOT_UTF8
from fraudstream.codec.words import OPTIONS, byte_at, eight_bytes, low_bit, put_byte

__all__ = ["is_utf8", "read_string", "sequence_length"]

_QUOTE, _BACKSLASH, _SPACE = 34, 92, 32
_ONES = np.uint64(0x0101010101010101)
_TOPS = np.uint64(0x8080808080808080)
_QUOTES, _BACKSLASHES, _SPACES = (_ONES * np.uint64(c) for c in (34, 92, 32))
_EIGHT = np.uint64(8)

_SHORT = np.zeros(256, np.int64)
_SHORT[np.frombuffer(b'"\\/bfnrt', np.uint8)] = np.frombuffer(b'"\\/\b\f\n\r\t', np.uint8)
_DIGIT = np.full(256, -1, np.int64)
_DIGIT[np.frombuffer(b"0123456789", np.uint8)] = np.arange(10)
_DIGIT[np.frombuffer(b"abcdef", np.uint8)] = np.arange(10, 16)
_DIGIT[np.frombuffer(b"ABCDEF", np.uint8)] = np.arange(10, 16)


@njit(**OPTIONS)
def _plain_end(data: int, at: int) -> int:
    """The first byte from ``at`` that is a quote, a backslash, a control or not ASCII.

    Eight bytes at a time; borrows make false marks only above a true one, and the lowest counts.
    """
    while True:
        word = eight_bytes(data, at)
        quotes, backslashes = word ^ _QUOTES, word ^ _BACKSLASHES
        marks = (
            ((quotes - _ONES) & ~quotes)
            | ((backslashes - _ONES) & ~backslashes)
            | ((word - _SPACES) & ~word)
            | word
        ) & _TOPS
        if marks:
            return int(at + np.int64(low_bit(marks) // _EIGHT))
        at += 8


@njit(**OPTIONS)
def read_string(data: int, at: int, side: int) -> tuple[int, int, int, int]:
    """Read the string whose opening quote is at ``at``: (where it is over, start, end, fault).

    The text is ``data[start:end]``: in place where it has only plain ASCII, else copied, free of
    escapes, to ``side``. Upon a fault the first of the four is its place. The byte after the
    message is 0, which ends every loop.
    """
    stop = _plain_end(data, at + 1)
    if byte_at(data, stop) == _QUOTE:
        return stop + 1, at + 1, stop, FINE
    return _read_odd(data, at + 1, stop, side)


@njit(**OPTIONS)
def _read_odd(data: int, start: int, stop: int, side: int) -> tuple[int, int, int, int]:
    """``read_string`` for what is not plain ASCII up to its closing quote."""
    out, at = side, start
    while True:
        while at < stop:
            put_byte(data, out, byte_at(data, at))
            out += 1
            at += 1
        byte = byte_at(data, at)
        if byte == _QUOTE:
            return at + 1, side, out, FINE
        if byte < _SPACE:
            return at, side, out, NOT_JSON
        if byte == _BACKSLASH:
            at, out, fault = _read_escape(data, at, out)
            if fault != FINE:
                return at, side, out, fault
        else:
            length = sequence_length(data, at)
            if length == 0:
                return at, side, out, NOT_UTF8
            for i in range(length):
                put_byte(data, out + i, byte_at(data, at + i))
            at, out = at + length, out + length
        stop = _plain_end(data, at)


@njit(**OPTIONS)
def _read_escape(data: int, at: int, out: int) -> tuple[int, int, int]:
    """(place after the escape, end of what was written, fault)."""
    if byte_at(data, at + 1) != 117:
        short = _SHORT[byte_at(data, at + 1)]
        put_byte(data, out, short)
        return at + 2, out + 1, FINE if short else NOT_JSON
    code = _hex4(data, at + 2)
    if code < 0:
        return at, out, NOT_JSON
    if 0xDC00 <= code < 0xE000:
        return at, out, LONE_SURROGATE
    if 0xD800 <= code < 0xDC00:
        if byte_at(data, at + 6) != _BACKSLASH or byte_at(data, at + 7) != 117:
            return at, out, LONE_SURROGATE
        low = _hex4(data, at + 8)
        if low < 0xDC00 or low >= 0xE000:
            return at, out, LONE_SURROGATE if low >= 0 else NOT_JSON
        return at + 12, _put_code(data, out, 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00), FINE
    return at + 6, _put_code(data, out, code), FINE


@njit(**OPTIONS)
def _hex4(data: int, at: int) -> int:
    """Four hex digits as a number, or -1; stops at the first that is none."""
    value = 0
    for i in range(4):
        digit = _DIGIT[byte_at(data, at + i)]
        if digit < 0:
            return -1
        value = value * 16 + digit
    return value


@njit(**OPTIONS)
def _put_code(data: int, out: int, code: int) -> int:
    """Write a code point as UTF-8."""
    if code < 0x80:
        put_byte(data, out, code)
        return out + 1
    if code < 0x800:
        put_byte(data, out, 0xC0 | (code >> 6))
        put_byte(data, out + 1, 0x80 | (code & 63))
        return out + 2
    if code < 0x10000:
        put_byte(data, out, 0xE0 | (code >> 12))
        put_byte(data, out + 1, 0x80 | ((code >> 6) & 63))
        put_byte(data, out + 2, 0x80 | (code & 63))
        return out + 3
    put_byte(data, out, 0xF0 | (code >> 18))
    put_byte(data, out + 1, 0x80 | ((code >> 12) & 63))
    put_byte(data, out + 2, 0x80 | ((code >> 6) & 63))
    put_byte(data, out + 3, 0x80 | (code & 63))
    return out + 4


@njit(**OPTIONS)
def sequence_length(data: int, at: int) -> int:
    """Bytes of the well-formed UTF-8 sequence that starts at ``at``; 0 if there is none.

    The table of RFC 3629, section 4: no overlong forms, no surrogates, nothing over U+10FFFF.
    """
    lead = byte_at(data, at)
    if lead < 0x80:
        return 1
    if lead < 0xC2 or lead > 0xF4:
        return 0
    second = byte_at(data, at + 1)
    lowest, highest = 0x80, 0xBF
    if lead == 0xE0:
        lowest = 0xA0
    elif lead == 0xED:
        highest = 0x9F
    elif lead == 0xF0:
        lowest = 0x90
    elif lead == 0xF4:
        highest = 0x8F
    if second < lowest or second > highest:
        return 0
    length = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    for i in range(2, length):
        if byte_at(data, at + i) & 0xC0 != 0x80:
            return 0
    return length


@njit(**OPTIONS)
def is_utf8(data: int, start: int, end: int) -> bool:
    """Whether ``data[start:end]`` is well-formed; three bytes after it may be read."""
    at = start
    while at < end:
        length = sequence_length(data, at)
        if length == 0:
            return False
        at += length
    return at == end
