"""The one loop of a binary COPY: fields, each behind its length, one row after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["pack"]


@njit(cache=True, nogil=True)
def _put_length(out, at, length):  # type: ignore[no-untyped-def]
    """Four bytes, the highest first."""
    out[at] = (length >> 24) & 255
    out[at + 1] = (length >> 16) & 255
    out[at + 2] = (length >> 8) & 255
    out[at + 3] = length & 255
    return at + 4


@njit(cache=True, nogil=True)
def _pack(heads, head_lengths, bounds, data, starts, lengths):  # type: ignore[no-untyped-def]
    ends = np.zeros(len(heads) + 1, np.int64)
    for i in range(len(heads)):
        size = np.int64(head_lengths[i])
        for k in range(bounds[i], bounds[i + 1]):
            size += 4 + max(0, lengths[k])
        ends[i + 1] = ends[i] + size
    out = np.empty(ends[-1], np.uint8)
    at = 0
    for i in range(len(heads)):
        for k in range(head_lengths[i]):
            out[at + k] = heads[i, k]
        at += head_lengths[i]
        for k in range(bounds[i], bounds[i + 1]):
            length = np.int64(lengths[k])
            at = _put_length(out, at, length)
            start = starts[k]
            for j in range(length):
                out[at + j] = data[start + j]
            at += max(0, length)
    return out, ends


def pack(
    heads: tuple[NDArray[np.uint8], NDArray[np.int64]],
    bounds: NDArray[np.int64],
    fields: tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]],
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Rows of a head and fields each: all bytes, and where each row begins (n + 1 bounds).

    ``heads`` are uint8 (n, h) and how many of the h count in each row. Row ``i`` has the fields
    ``bounds[i]`` to ``bounds[i + 1]``; field ``k`` is ``lengths[k]`` bytes of ``data`` from
    ``starts[k]``, or null if that length is -1. ``fields`` are (data, starts, lengths).
    """
    given = [_frozen(array) for array in (*heads, bounds, *fields)]
    packed, ends = _pack(*given)
    return packed, ends


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only view: compiled code is made once for read-only arrays, not twice."""
    view = array.view()
    view.flags.writeable = False
    return view
