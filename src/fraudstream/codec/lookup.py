"""One hash table for every text that decoding knows: keys of JSON, enumerated values, countries.

Texts are told apart by their length and their first and last eight bytes, which two loads give;
only texts over 16 bytes are compared in full. A ``space`` keeps apart what is looked up for
different purposes ("transfer" the type and "transfer" the channel).

The table is a stretch of int64 words (open addressing, rows of five): first bytes, last bytes, tag,
value + 1 (0: the row is free), where the text itself stands as words.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numba import njit

from fraudstream.codec.words import OPTIONS, eight_bytes, first_bytes, word_at

__all__ = ["UNKNOWN", "find_name", "name_rows"]

UNKNOWN = -1

_FIRST, _LAST, _TAG, _VALUE, _WORDS = range(5)
_WIDTH = 5
_SHORT = 16
_A, _B, _C = (
    np.uint64(constant) for constant in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)
)
_HALF = np.uint64(32)


@njit(**OPTIONS)
def _spread(first: np.uint64, last: np.uint64, tag: np.uint64) -> np.uint64:
    mixed = (first ^ (last * _A) ^ (tag * _B)) * _C
    return (mixed >> _HALF) ^ mixed


@njit(**OPTIONS)
def _same(data: int, start: int, end: int, table: int, words: int) -> bool:
    while start < end:
        if np.int64(first_bytes(data, start, min(end - start, 8))) != word_at(table, words):
            return False
        start += 8
        words += 1
    return True


@njit(**OPTIONS)
def find_name(data, start, end, table, where):  # type: ignore[no-untyped-def]
    """The value of ``data[start:end]``, or :data:`UNKNOWN`.

    ``where`` is (space, the table's first word, its number of rows less one).
    """
    space, base, mask = where
    length = end - start
    first = first_bytes(data, start, min(length, 8))
    last = eight_bytes(data, end - 8) if length > 8 else first
    tag = (np.uint64(space) << _HALF) | np.uint64(length)
    slot = np.int64(_spread(first, last, tag)) & mask
    while True:
        row = base + slot * _WIDTH
        value = word_at(table, row + _VALUE)
        if value == 0:
            return UNKNOWN
        if (
            word_at(table, row + _FIRST) == np.int64(first)
            and word_at(table, row + _LAST) == np.int64(last)
            and word_at(table, row + _TAG) == np.int64(tag)
            and (length <= _SHORT or _same(data, start, end, table, word_at(table, row + _WORDS)))
        ):
            return value - 1
        slot = (slot + 1) & mask


def name_rows(entries: Mapping[tuple[int, str], int], base: int) -> tuple[list[int], int]:
    """(the table's words, its number of rows less one) for (space, text) to non-negative value.

    ``base`` is where the first of the words will stand.
    """
    size = 1 << (2 * len(entries) + 1).bit_length()
    rows = [0] * (size * _WIDTH)
    texts: list[int] = []
    for (space, text), value in entries.items():
        words = _words(text.encode())
        edges = _edges(text.encode()), space << 32 | len(text.encode())
        (first, last), tag = edges
        mixed = int(_spread(np.uint64(first), np.uint64(last), np.uint64(tag)))
        slot = mixed & (size - 1)
        while rows[slot * _WIDTH + _VALUE]:
            slot = (slot + 1) & (size - 1)
        place = base + len(rows) + len(texts)
        row = [_signed(first), _signed(last), tag, value + 1, place]
        rows[slot * _WIDTH : (slot + 1) * _WIDTH] = row
        texts += words
    return rows + texts, size - 1


def _edges(text: bytes) -> tuple[int, int]:
    return int.from_bytes(text[:8], "little"), int.from_bytes(text[-8:], "little")


def _words(text: bytes) -> list[int]:
    steps = range(0, len(text), 8)
    return [_signed(int.from_bytes(text[at : at + 8], "little")) for at in steps]


def _signed(word: int) -> int:
    return word - (1 << 64) if word >> 63 else word
