"""The compiled evaluator of forests: the same margins as LightGBM, bit for bit.

Features are taken as float32, as in training, and like LightGBM's own ``predict`` a magnitude of at
most 1e-35 is taken as 0. Leaf values are added in float64, in the order of the trees. Rows are
evaluated in blocks that stay in the first-level cache together with one tree.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fraudstream.scoring.forest import COLUMN_BITS, LEFT_BITS, Forest
from fraudstream.scoring.lightgbm_text import Missing

__all__ = ["margins", "write_keys"]

_BLOCK = 32
_STRIDE = 6
"""Steps that are compiled without a loop; those after a leaf stay there."""
_COLUMN = np.int64(2**COLUMN_BITS - 1)
_LEFT = np.int64(2**LEFT_BITS - 1)
_KEY_SHIFT = LEFT_BITS + COLUMN_BITS
_NEXT_TO_NOTHING = np.float32(1e-35)
_LEAST, _GREATEST = np.int32(-(2**31)), np.int32(2**31 - 1)
_NO_MISSING, _ZERO_MISSING = int(Missing.NONE), int(Missing.ZERO)


def margins(forest: Forest, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of leaf values, shape (n); ``matrix`` is (n, F), NaN = missing.

    A row's margin does not depend on the rows around it. Raises ``ValueError`` for a matrix with
    fewer columns than the forest asks for.
    """
    if matrix.ndim != 2 or matrix.shape[1] < forest.features:
        raise ValueError(f"the forest needs {forest.features} features, not {matrix.shape}")
    sums = np.zeros(len(matrix))
    _add_leaves(
        np.ascontiguousarray(matrix, np.float64),
        forest.columns,
        forest.words,
        forest.leaves,
        forest.starts,
        forest.depths,
        sums,
    )
    return sums


@njit(cache=True, nogil=True, error_model="numpy")
def _add_leaves(matrix, columns, words, leaves, starts, depths, sums):  # type: ignore[no-untyped-def]
    """Unsigned positions spare a check for negative indices at every step."""
    keys = np.empty((_BLOCK, len(columns) + 1), np.int32)
    bits = np.empty(1, np.float32)
    for first in range(0, len(matrix), _BLOCK):
        rows = min(_BLOCK, len(matrix) - first)
        for row in range(rows):
            write_keys(matrix[first + row], columns, bits, keys[row])
        for k in range(len(depths)):
            tree = words[starts[k] : starts[k + 1]]
            values = leaves[starts[k] : starts[k + 1]]
            strides = (depths[k] + _STRIDE - 1) // _STRIDE
            for row in range(rows):
                at = np.uint64(0)
                for _ in range(strides):
                    for _ in range(_STRIDE):
                        word = tree[at]
                        key = np.int64(keys[np.uint64(row), np.uint64(word & _COLUMN)])
                        goes_right = np.uint64(key > word >> _KEY_SHIFT)
                        at = np.uint64(word >> COLUMN_BITS & _LEFT) + goes_right
                sums[first + row] += values[at]


@njit(cache=True, nogil=True, error_model="numpy")
def write_keys(features, columns, bits, keys):  # type: ignore[no-untyped-def]
    """A row's columns as ordered integers; ``bits`` (1) lends its memory to read a float's bits."""
    integers = bits.view(np.int32)
    for c in range(len(columns)):
        value = np.float32(features[columns[c, 0]])
        missing = columns[c, 1]
        bits[0] = value
        key = integers[0]
        if key < 0:
            key = np.int32(_LEAST - key)
        if abs(value) <= _NEXT_TO_NOTHING:
            key = np.int32(0)
        if value != value:
            key = np.int32(0)
            is_missing = missing != _NO_MISSING
        else:
            is_missing = missing == _ZERO_MISSING and key == 0
        if is_missing:
            key = _LEAST if columns[c, 2] else _GREATEST
        keys[c] = key
