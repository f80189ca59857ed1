"""Texts: ids and names, enumerated values, countries; hashed, concealed, checked for card numbers."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.codec import program as p
from fraudstream.codec import values as v
from fraudstream.codec.cards import SHORTEST, is_card_number
from fraudstream.codec.lookup import UNKNOWN, find_name
from fraudstream.codec.siphash import put_hex, siphash
from fraudstream.codec.words import OPTIONS, U8, copy_bytes, first_bytes, load64

__all__ = ["COUNTRY_ROOM", "HASH_ROOM", "LONGEST_TEXT", "mix", "put_place", "read_text"]

LONGEST_TEXT = 256
"""Bytes of the longest id."""
HASH_ROOM = 32
COUNTRY_ROOM = LONGEST_TEXT + 2
PLACE_ROOM = 48
"""Bytes that a text may take in the side buffer; a place in the log needs its source's name too."""

_MIXER = np.uint64(0x9FB21C651E98DF25)
_SHIFT = np.uint64(32)


@njit(**OPTIONS)
def mix(state: np.uint64, word: np.uint64) -> np.uint64:
    """Take one more word into a running hash that tells copies from conflicts; it keeps no secret."""
    state = (state ^ word) * _MIXER
    return state ^ (state >> _SHIFT)


@njit(**OPTIONS)
def _fold(data: U8, start: int, end: int) -> np.uint64:
    state = np.uint64(end - start)
    while start + 8 <= end:
        state = mix(state, load64(data, start))
        start += 8
    return mix(state, first_bytes(data, start, end - start))


@njit(**OPTIONS)
def _upper(byte: np.uint8) -> int:
    """A letter's capital; 0 if it is no ASCII letter."""
    letter = np.int64(byte) & ~32
    return letter if 65 <= letter <= 90 else 0


@njit(**OPTIONS)
def _find_country(data, start, end, names, side):  # type: ignore[no-untyped-def]
    """The two letters of a country as one number, or ``UNKNOWN``; uses the side buffer to write."""
    if end - start == 2:
        first, second = _upper(data[start]), _upper(data[start + 1])
        return first << 8 | second if first and second else UNKNOWN
    for i in range(end - start):
        byte = data[start + i]
        data[side + i] = byte + 32 if 65 <= byte <= 90 else byte
    return find_name(names, p.COUNTRIES, data, side, side + end - start)


@njit(**OPTIONS)
def read_text(data, start, end, field, out, side):  # type: ignore[no-untyped-def]
    """Read one text: (fault, word for the content's hash, end of the side buffer).

    ``field`` is (its row of the program, the program), ``out`` (columns, their row).
    """
    spec, program = field
    columns, row = out
    if start == end:
        return v.EMPTY_TEXT, np.uint64(0), side
    if end - start > LONGEST_TEXT:
        return v.LONG_TEXT, np.uint64(0), side
    if end - start >= SHORTEST and is_card_number(data, start, end):
        return v.CARD_NUMBER, np.uint64(0), side
    if spec[p.F_TYPE] == p.IS_ENUM:
        columns.codes[row, spec[p.F_CODE]] = find_name(
            program.names, spec[p.F_SPACE], data, start, end
        )
    elif spec[p.F_TYPE] == p.IS_COUNTRY:
        code = _find_country(data, start, end, program.names, side)
        if code != UNKNOWN:
            data[side], data[side + 1] = code >> 8, code & 255
            start, end = side, side + 2
            side = end
    word, side, start, end = _place_text(data, start, end, field, out, side)
    if spec[p.F_TEXT] >= 0:
        columns.starts[row, spec[p.F_TEXT]] = start
        columns.ends[row, spec[p.F_TEXT]] = end
    return v.FINE, word, side


@njit(**OPTIONS)
def _place_text(data, start, end, field, out, side):  # type: ignore[no-untyped-def]
    """Hash a text where that is asked for: (word, end of side buffer, start, end of what shows)."""
    spec, program = field
    columns, row = out
    column, is_id = spec[p.F_HASH], spec[p.F_ROLE] == p.IS_ID
    if column < 0 and not is_id and not spec[p.F_CONCEAL]:
        return _fold(data, start, end), side, start, end
    low, high = siphash(program.key, data, start, end)
    if column >= 0:
        columns.hashes[row, column, 0] = low
        columns.hashes[row, column, 1] = high
    if is_id:
        columns.ids[row, 0] = low
        columns.ids[row, 1] = high
    if spec[p.F_CONCEAL]:
        return low, put_hex(low, high, data, side), side, side + HASH_ROOM
    return low, side, start, end


@njit(**OPTIONS)
def _put_number(data: U8, at: int, value: int) -> int:
    if value < 0:
        data[at] = 45
        at, value = at + 1, -value
    count, rest = 1, value // 10
    while rest:
        count, rest = count + 1, rest // 10
    for i in range(count):
        data[at + count - 1 - i] = 48 + value % 10
        value //= 10
    return at + count


@njit(**OPTIONS)
def put_place(data, side, source, partition, offset):  # type: ignore[no-untyped-def]
    """Write ``source-partition-offset``, the id of a message that has none; where it ends."""
    at = copy_bytes(source, 0, len(source), data, side)
    data[at] = 45
    at = _put_number(data, at + 1, np.int64(partition))
    data[at] = 45
    return _put_number(data, at + 1, offset)
