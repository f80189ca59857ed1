"""One hash table for every text that decoding knows: keys of JSON, enumerated values, countries.

Texts are told apart by their length and their first and last eight bytes, which two loads give;
only texts over 16 bytes are compared in full. A ``space`` keeps apart what is looked up for
different purposes ("transfer" the type and "transfer" the channel).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numba import njit

from fraudstream.codec.words import OPTIONS, PAD, U8, U64, first_bytes, load64

__all__ = ["UNKNOWN", "Names", "find_name", "names_of"]

UNKNOWN = -1


class Names(NamedTuple):
    """Open addressing; columns of a row: first and last bytes, tag, value + 1 (0: free), place.

    ``blob`` holds the texts themselves, each from its place on.
    """

    rows: U64
    blob: U8


_A, _B, _C = (
    np.uint64(constant)
    for constant in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)
)
_HALF = np.uint64(32)


@njit(**OPTIONS)
def _edges(data: U8, start: int, end: int) -> tuple[np.uint64, np.uint64]:
    if end - start < 8:
        word = first_bytes(data, start, end - start)
        return word, word
    return load64(data, start), load64(data, end - 8)


@njit(**OPTIONS)
def _spread(first: np.uint64, last: np.uint64, tag: np.uint64) -> np.uint64:
    mixed = (first ^ (last * _A) ^ (tag * _B)) * _C
    return (mixed >> _HALF) ^ mixed


@njit(**OPTIONS)
def _same(data: U8, start: int, blob: U8, place: int, length: int) -> bool:
    for i in range(length):
        if data[start + i] != blob[place + i]:
            return False
    return True


@njit(**OPTIONS)
def _find_row(names: Names, space: int, data: U8, start: int, end: int) -> int:
    """The row that holds this text, or the free row where it belongs."""
    rows = names.rows
    first, last = _edges(data, start, end)
    tag = (np.uint64(space) << _HALF) | np.uint64(end - start)
    mask = np.uint64(len(rows) - 1)
    at = _spread(first, last, tag) & mask
    while rows[at, 3] != 0:
        if (
            rows[at, 0] == first
            and rows[at, 1] == last
            and rows[at, 2] == tag
            and (end - start <= 16 or _same(data, start, names.blob, rows[at, 4], end - start))
        ):
            break
        at = (at + np.uint64(1)) & mask
    return np.int64(at)


@njit(**OPTIONS)
def find_name(names: Names, space: int, data: U8, start: int, end: int) -> int:
    """The value of ``data[start:end]`` in a space, or :data:`UNKNOWN`."""
    return np.int64(names.rows[_find_row(names, space, data, start, end), 3]) - 1


@njit(**OPTIONS)
def _enter(names: Names, space: int, start: int, end: int, value: int) -> None:
    at = _find_row(names, space, names.blob, start, end)
    first, last = _edges(names.blob, start, end)
    names.rows[at, 0] = first
    names.rows[at, 1] = last
    names.rows[at, 2] = (np.uint64(space) << _HALF) | np.uint64(end - start)
    names.rows[at, 3] = np.uint64(value + 1)
    names.rows[at, 4] = np.uint64(start)


def names_of(entries: Mapping[tuple[int, str], int]) -> Names:
    """The table that finds each (space, text)'s value, which is not negative.

    >>> names = names_of({(0, "amount"): 7, (1, "amount"): 8})
    >>> data = np.frombuffer(b"amount" + bytes(PAD), np.uint8).copy()
    >>> find_name(names, 1, data, 0, 6), find_name(names, 2, data, 0, 6)
    (8, -1)
    """
    texts = [text.encode() for _, text in entries]
    blob = np.frombuffer(b"".join(texts) + bytes(PAD), np.uint8).copy()
    size = 1 << (2 * len(texts) + 1).bit_length()
    names = Names(np.zeros((size, 5), np.uint64), blob)
    at = 0
    for ((space, _), value), text in zip(entries.items(), texts, strict=True):
        _enter(names, space, at, at + len(text), value)
        at += len(text)
    return names
