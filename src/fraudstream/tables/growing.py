"""Making tables, and making room in them before compiled code runs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fraudstream.tables import kernel

__all__ = ["empty_table", "reserved", "used_words"]

_SMALLEST = 64

Arrays = dict[str, NDArray[np.int64]]


def empty_table(name: str, width: int) -> Arrays:
    """The three arrays of a table without entries."""
    return {
        f"{name}_index": np.zeros(_SMALLEST, np.int64),
        name: np.zeros((_SMALLEST // 2, width), np.int64),
        f"{name}_counts": np.array([0, -1, 0], np.int64),
    }


def reserved(arrays: Mapping[str, NDArray[np.int64]], name: str, rows: int) -> Arrays:
    """Larger arrays where a table has no room for ``rows`` more entries; empty if it has.

    >>> table = empty_table("keys", 3)
    >>> sorted(reserved(table, "keys", 100)), reserved(table, "keys", 10)
    (['keys', 'keys_index'], {})
    """
    entries, counts = arrays[name], arrays[f"{name}_counts"]
    index = arrays[f"{name}_index"]
    larger: Arrays = {}
    needed = int(counts[kernel.USED]) + rows
    if needed > len(entries):
        larger[name] = np.zeros((_doubled(len(entries), needed), entries.shape[1]), np.int64)
        larger[name][: len(entries)] = entries
    live = int(counts[kernel.LIVE]) + rows
    if 2 * live > len(index):
        larger[f"{name}_index"] = np.zeros(_doubled(len(index), 2 * live), np.int64)
        kernel.rebuild(larger[f"{name}_index"], index, larger.get(name, entries))
    return larger


def used_words(arrays: Mapping[str, NDArray[np.int64]], name: str) -> int:
    """Words of a table that are in use: its entries, and its index whole."""
    used = int(arrays[f"{name}_counts"][kernel.USED])
    return used * arrays[name].shape[1] + len(arrays[f"{name}_index"])


def _doubled(size: int, needed: int) -> int:
    size = max(size, _SMALLEST)
    while size < needed:
        size *= 2
    return size
