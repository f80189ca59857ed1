"""Texts: ids, enumerated values, countries; hashed, concealed, checked for card numbers."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.codec import program as p
from fraudstream.codec import values as v
from fraudstream.codec.cards import SHORTEST, is_card_number
from fraudstream.codec.lookup import UNKNOWN, find_name
from fraudstream.codec.siphash import HEX_DIGITS, is_hex, put_hex, read_hex, siphash
from fraudstream.codec.words import (
    OPTIONS,
    byte_at,
    copy_bytes,
    eight_bytes,
    first_bytes,
    put_byte,
    put_word,
    word_at,
)

__all__ = [
    "COUNTRY_ROOM",
    "HASHED",
    "HASH_ROOM",
    "LONGEST_TEXT",
    "PLACE_ROOM",
    "look_up",
    "mix",
    "put_place",
    "read_text",
]

LONGEST_TEXT = 256
"""Bytes of the longest id."""

HASH_ROOM, COUNTRY_ROOM, PLACE_ROOM = 32, LONGEST_TEXT + 2, 48
"""Bytes that they may take in the side buffer; a place in the log needs its source's name too."""

HASHED = "hash:"
"""Stands before a hash where a field that is hashed comes hashed already, from the store."""

_MARK, _MARK_LENGTH = 0x3A68736168, len(HASHED)  # the mark's bytes as one number

_MIXER = np.uint64(0x9FB21C651E98DF25)
_SHIFT = np.uint64(32)


@njit(**OPTIONS)
def mix(state: np.uint64, word: np.uint64) -> np.uint64:
    """Take a word into a running hash that tells copies from conflicts; it keeps no secret."""
    state = (state ^ word) * _MIXER
    return state ^ (state >> _SHIFT)


@njit(**OPTIONS)
def _fold(data: int, start: int, end: int) -> np.uint64:
    state = np.uint64(end - start)
    while start + 8 <= end:
        state = mix(state, eight_bytes(data, start))
        start += 8
    return mix(state, first_bytes(data, start, end - start))


@njit(**OPTIONS)
def look_up(data: int, start: int, end: int, table: int, space: int) -> int:
    """The value of a text in one of the table's spaces, or ``UNKNOWN``."""
    where = (space, word_at(table, p.H_NAMES), word_at(table, p.H_NAMES_MASK))
    return find_name(data, start, end, table, where)


@njit(**OPTIONS)
def _capital(byte: int) -> int:
    """A letter's capital; 0 if it is no ASCII letter."""
    letter = byte & ~32
    return letter if 65 <= letter <= 90 else 0


@njit(**OPTIONS)
def _find_country(data: int, start: int, end: int, table: int, side: int) -> int:
    """The two letters of a country as one number, or ``UNKNOWN``; writes beyond ``side``.

    Two letters that stand for no country are taken for a code all the same, in capitals.
    """
    for i in range(end - start):
        byte = byte_at(data, start + i)
        put_byte(data, side + i, byte + 32 if 65 <= byte <= 90 else byte)
    code = look_up(data, side, side + end - start, table, p.COUNTRIES)
    if code == UNKNOWN and end - start == 2:
        first, second = _capital(byte_at(data, start)), _capital(byte_at(data, start + 1))
        return first << 8 | second if first and second else UNKNOWN
    return code


@njit(**OPTIONS)
def read_text(data, table, field, span, cell):  # type: ignore[no-untyped-def]
    """Read one text, ``data[span[0]:span[1]]``: (fault, word for the hash of the contents)."""
    start, end = span
    if start == end:
        return v.EMPTY_TEXT, np.uint64(0)
    if end - start > LONGEST_TEXT:
        return v.LONG_TEXT, np.uint64(0)
    if end - start >= SHORTEST and is_card_number(data, start, end):
        return v.CARD_NUMBER, np.uint64(0)
    if word_at(table, field + p.F_TYPE) == p.IS_ENUM:
        code = look_up(data, start, end, table, word_at(table, field + p.F_SPACE))
        put_word(cell, word_at(table, field + p.F_CODE), code)
    elif word_at(table, field + p.F_TYPE) == p.IS_COUNTRY:
        side = word_at(cell, p.C_SIDE)
        code = _find_country(data, start, end, table, side)
        if code != UNKNOWN:
            put_byte(data, side, code >> 8)
            put_byte(data, side + 1, code)
            start, end = side, side + 2
            put_word(cell, p.C_SIDE, end)
    return v.FINE, _place_text(data, table, field, (start, end), cell)


@njit(**OPTIONS)
def _is_hashed(data: int, start: int, end: int) -> bool:
    """Whether a text is a hash behind its mark."""
    if end - start != _MARK_LENGTH + HEX_DIGITS:
        return False
    is_marked = first_bytes(data, start, _MARK_LENGTH) == np.uint64(_MARK)
    return is_marked and is_hex(data, start + _MARK_LENGTH, end)


@njit(**OPTIONS)
def _hash_of(data, table, start, end, is_concealed):  # type: ignore[no-untyped-def]
    if is_concealed and _is_hashed(data, start, end):
        return read_hex(data, end - HEX_DIGITS)
    return siphash(table, data, start, end)


@njit(**OPTIONS)
def _place_text(data, table, field, span, cell):  # type: ignore[no-untyped-def]
    """Note where a text shows, and its hash where that is asked for; the word for the contents."""
    start, end = span
    column, text = word_at(table, field + p.F_HASH), word_at(table, field + p.F_TEXT)
    is_id = word_at(table, field + p.F_ROLE) == p.IS_ID
    is_concealed = word_at(table, field + p.F_CONCEAL) != 0
    if column < 0 and not is_id and not is_concealed:
        put_word(cell, text, start)
        put_word(cell, text + 1, end)
        return _fold(data, start, end)
    low, high = _hash_of(data, table, start, end, is_concealed)
    if column >= 0:
        put_word(cell, column, np.int64(low))
        put_word(cell, column + 1, np.int64(high))
    if is_id:
        put_word(cell, p.C_ID, np.int64(low))
        put_word(cell, p.C_ID_2, np.int64(high))
    if is_concealed:
        start = word_at(cell, p.C_SIDE)
        end = put_hex(low, high, data, start)
        put_word(cell, p.C_SIDE, end)
    put_word(cell, text, start)
    put_word(cell, text + 1, end)
    return low


@njit(**OPTIONS)
def _put_number(data: int, at: int, value: int) -> int:
    if value < 0:
        put_byte(data, at, 45)
        at, value = at + 1, -value
    count, rest = 1, value // 10
    while rest:
        count, rest = count + 1, rest // 10
    for i in range(count):
        put_byte(data, at + count - 1 - i, 48 + value % 10)
        value //= 10
    return at + count


@njit(**OPTIONS)
def put_place(data, at, source, partition, offset):  # type: ignore[no-untyped-def]
    """Write ``source-partition-offset``, the id of a message that has none; where it ends.

    ``source`` is (address, length) of its name.
    """
    at = copy_bytes(source[0], 0, source[1], data, at)
    put_byte(data, at, 45)
    at = _put_number(data, at + 1, partition)
    put_byte(data, at, 45)
    return _put_number(data, at + 1, offset)
