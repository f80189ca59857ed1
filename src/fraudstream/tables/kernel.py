"""Open-addressing hash tables on 128-bit keys, deletion without tombstones.

A table is three arrays: ``index`` (int64, a power of two long; a tag in the upper half, entry + 1
in the lower, 0 = free), ``entries`` (int64, one row each, the key in columns 0 and 1) and
``counts`` (rows ever used, first free row or -1, live rows). Both halves of the key are compared,
so two keys never become one.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["FREE", "LIVE", "NONE", "USED", "find", "insert", "rebuild", "remove"]

_OPTIONS = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    "forceinline": True,
}
USED, FREE, LIVE = 0, 1, 2
NONE = -1
_LOW = np.int64(0xFFFFFFFF)


@njit(**_OPTIONS)
def find(index, entries, low, high):
    """Row of a key, or ``NONE``."""
    mask = np.int64(len(index) - 1)
    place = low & mask
    tag = high & ~_LOW
    while True:
        word = index[place]
        if word == 0:
            return np.int64(NONE)
        if (word & ~_LOW) == tag:
            row = (word & _LOW) - 1
            if entries[row, 0] == low and entries[row, 1] == high:
                return row
        place = (place + 1) & mask


@njit(**_OPTIONS)
def insert(index, entries, counts, low, high):
    """A fresh row for a key that is not there; the caller has made sure of room."""
    row = counts[FREE]
    if row >= 0:
        counts[FREE] = entries[row, 2]
    else:
        row = counts[USED]
        counts[USED] += 1
    counts[LIVE] += 1
    entries[row, 0] = low
    entries[row, 1] = high
    _place(index, low, high, row)
    return row


@njit(**_OPTIONS)
def _place(index, low, high, row):
    mask = np.int64(len(index) - 1)
    place = low & mask
    while index[place] != 0:
        place = (place + 1) & mask
    index[place] = (high & ~_LOW) | (row + 1)


@njit(**_OPTIONS)
def remove(index, entries, counts, row):
    """Take a key out and close the gap (Knuth, TAOCP vol. 3, 6.4, algorithm R)."""
    mask = np.int64(len(index) - 1)
    gap = entries[row, 0] & mask
    while (index[gap] & _LOW) - 1 != row:
        gap = (gap + 1) & mask
    place = gap
    while True:
        place = (place + 1) & mask
        if index[place] == 0:
            break
        home = entries[(index[place] & _LOW) - 1, 0] & mask
        if ((place - home) & mask) >= ((place - gap) & mask):
            index[gap] = index[place]
            gap = place
    index[gap] = 0
    entries[row, 2] = counts[FREE]
    counts[FREE] = row
    counts[LIVE] -= 1


@njit(**_OPTIONS)
def rebuild(index, old, entries):
    """Fill an empty ``index`` of another size with what ``old`` holds."""
    for word in old:
        if word != 0:
            row = (word & _LOW) - 1
            _place(index, entries[row, 0], entries[row, 1], row)
