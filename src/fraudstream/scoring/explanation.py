"""Why a margin is what it is: each feature's share, by exact tree SHAP.

Compiled, and ten times as fast as the library that trained the forest, whose figures it gives but
for the last digits; a row's are the same in every batch. :mod:`fraudstream.scoring.covers` has the
formula. Each tree is walked three times: down to see what the row passes, up to sum what the leaves
below a split count, down to give the split's feature its share.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fraudstream.scoring.covers import LANES, Covers
from fraudstream.scoring.forest import COLUMN_BITS, LEFT_BITS, Forest
from fraudstream.scoring.trees import write_keys

__all__ = ["contributions"]

_COLUMN = np.int64(2**COLUMN_BITS - 1)
_LEFT = np.int64(2**LEFT_BITS - 1)
_KEY_SHIFT = LEFT_BITS + COLUMN_BITS
_ONE = np.uint64(1)
_INLINE = {"nogil": True, "error_model": "numpy", "forceinline": True}


def contributions(
    forest: Forest, covers: Covers, matrix: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Contributions to the margin, shape (n, F); ``matrix`` is (n, F), NaN = missing."""
    shares = np.zeros(matrix.shape)
    _share(
        np.ascontiguousarray(matrix, np.float64),
        (forest.columns, forest.words, forest.starts),
        (covers.features, covers.rarities, covers.above, covers.leaves, covers.odds),
        shares,
    )
    return shares


@njit(cache=True, nogil=True, error_model="numpy")
def _share(matrix, forest, covers, shares):  # type: ignore[no-untyped-def]
    """Unsigned positions spare a check for negative indices at every step."""
    columns, words, starts = forest
    features, rarities, above, leaves, odds = covers
    most = np.max(np.diff(starts))
    keys, bits = np.empty(len(columns) + 1, np.int32), np.empty(1, np.float32)
    passed, ways = np.empty(most, np.uint8), np.empty((most, LANES))
    work = np.empty((most, LANES)), np.empty((most, LANES)), np.empty((most, LANES))
    for row in range(len(matrix)):
        write_keys(matrix[row], columns, bits, keys)
        for block in range(len(odds)):
            for k in range(len(starts) - 1):
                first, end = starts[k], starts[k + 1]
                tree, over = words[first:end], above[first:end]
                tables = over, rarities[first:end], leaves[block, first:end]
                _pass(tree, over, keys, passed)
                _count(tree, tables, odds[block], passed, work)
                _give(tree, features[first:end], work, ways, shares[row])


@njit(**_INLINE)
def _pass(tree, above, keys, passed):  # type: ignore[no-untyped-def]
    """From the root down: whether the row passes all splits on the feature that leads to a node."""
    passed[np.uint64(0)] = 1
    for place in range(len(tree)):
        node = np.uint64(place)
        word = tree[node]
        left = np.uint64(word >> COLUMN_BITS & _LEFT)
        if left == node:
            continue
        goes_right = np.uint8(np.int64(keys[np.uint64(word & _COLUMN)]) > word >> _KEY_SHIFT)
        over = above[left]
        so_far = np.uint8(1) if over < 0 else passed[np.uint64(over)]
        passed[left] = so_far & (goes_right ^ np.uint8(1))
        passed[left + _ONE] = so_far & goes_right


@njit(**_INLINE)
def _count(tree, covers, odds, passed, work):  # type: ignore[no-untyped-def]
    """From the leaves up: what those below a node count, as if the row passed all that is over it.

    ``gains`` are the factors by which they count more because of the split over the node, ``pulls``
    what the leaves on both sides of a split give its feature. Of a feature that leads here a second
    time, the factor and the share of the first time are taken back.
    """
    above, rarities, leaves = covers
    counted, gains, pulls = work
    node = np.uint64(len(tree))
    while node > 0:
        node -= _ONE
        left = np.uint64(tree[node] >> COLUMN_BITS & _LEFT)
        if left == node:
            for lane in range(LANES):
                counted[node, np.uint64(lane)] = leaves[node, np.uint64(lane)]
            continue
        over = above[left]
        hot = left if passed[left] else left + _ONE
        cold = left + left + _ONE - hot
        rare = rarities[hot]
        if over < 0:
            for lane in range(LANES):
                q = np.uint64(lane)
                gain = 1.0 + odds[q] * rare
                gains[hot, q], gains[cold, q] = gain, 1.0
                there, elsewhere = counted[hot, q], counted[cold, q]
                counted[node, q] = gain * there + elsewhere
                pulls[node, q] = (rare - 1.0) * there - elsewhere
        elif passed[np.uint64(over)]:
            was = rarities[np.uint64(over)]
            for lane in range(LANES):
                q = np.uint64(lane)
                back = 1.0 / (1.0 + odds[q] * was)
                gain = (1.0 + odds[q] * rare) * back
                gains[hot, q], gains[cold, q] = gain, back
                there, elsewhere = counted[hot, q], back * counted[cold, q]
                had = (was - 1.0) * back
                counted[node, q] = gain * there + elsewhere
                pulls[node, q] = ((rare - 1.0) * back - had * gain) * there - (
                    1.0 + had
                ) * elsewhere
        else:
            for lane in range(LANES):
                q = np.uint64(lane)
                gains[hot, q], gains[cold, q] = 1.0, 1.0
                counted[node, q] = counted[hot, q] + counted[cold, q]
                pulls[node, q] = 0.0


@njit(**_INLINE)
def _give(tree, features, work, ways, shares):  # type: ignore[no-untyped-def]
    """From the root down: each split's feature gets its share."""
    _, gains, pulls = work
    for lane in range(LANES):
        ways[np.uint64(0), np.uint64(lane)] = 1.0
    for place in range(len(tree)):
        node = np.uint64(place)
        left = np.uint64(tree[node] >> COLUMN_BITS & _LEFT)
        if left == node:
            continue
        share = 0.0
        for lane in range(LANES):
            q = np.uint64(lane)
            way = ways[node, q]
            share += way * pulls[node, q]
            ways[left, q] = way * gains[left, q]
            ways[left + _ONE, q] = way * gains[left + _ONE, q]
        shares[np.uint64(features[node])] += share
