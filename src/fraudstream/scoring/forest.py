"""A forest packed for the compiled evaluator: every split of a tree is one 64-bit word.

Two transformations make a split a single integer comparison, whatever it does with missing values:

- A float32 becomes an int32 of the same order, so that "at most the threshold" is decided by
  integers. A float32 is at most a float64 threshold exactly if it is at most the largest float32
  that does not exceed it.
- Each (feature, treatment of missing values) that occurs is a *column*: the feature's value, with
  what counts as missing replaced by the least or the greatest integer, that is, left or right.

A word holds the threshold (32 bits), where the left child stands in its tree (20 bits; the right
one follows it) and the column (12 bits). A leaf is a word that leads to itself, so a tree is walked
as many steps as it is deep, without a branch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import ModelIncompatible
from fraudstream.scoring.lightgbm_text import Missing, Tree

__all__ = ["COLUMN_BITS", "LEFT_BITS", "Forest", "breadth_first", "pack"]

COLUMN_BITS = 12
LEFT_BITS = 20
_GREATEST = 2**31 - 1


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Packed trees.

    ``columns`` int64 (C, 3): feature, :class:`Missing`, whether missing goes left. ``words`` int64
    and ``leaves`` float64 (nodes), the latter 0 at splits; tree ``k`` has the nodes from
    ``starts[k]`` to ``starts[k + 1]`` and is ``depths[k]`` splits deep. ``features`` is how many
    a row must have.
    """

    columns: NDArray[np.int64]
    words: NDArray[np.int64]
    leaves: NDArray[np.float64]
    starts: NDArray[np.int64]
    depths: NDArray[np.int64]
    features: int

    def __len__(self) -> int:
        return len(self.depths)


def pack(trees: Sequence[Tree]) -> Forest:
    """Pack trees in the order in which they are summed.

    Raises ``ModelIncompatible`` for a forest that a word has no room for.
    """
    columns: dict[tuple[int, int, int], int] = {}
    packed = [_pack_tree(tree, columns) for tree in trees]
    nodes = [len(words) for words, _, _ in packed]
    if len(columns) > 2**COLUMN_BITS or max(nodes, default=0) > 2**LEFT_BITS:
        raise ModelIncompatible(
            f"The model has {len(columns)} feature columns and up to {max(nodes)} nodes a tree.",
            advice=f"Train one with at most {2**COLUMN_BITS} and {2**LEFT_BITS}.",
        )
    rows = np.array(list(columns), np.int64).reshape(len(columns), 3)
    return Forest(
        columns=rows,
        words=np.concatenate([words for words, _, _ in packed]),
        leaves=np.concatenate([leaves for _, leaves, _ in packed]),
        starts=np.cumsum([0, *nodes], dtype=np.int64),
        depths=np.array([depth for _, _, depth in packed], np.int64),
        features=int(rows[:, 0].max(initial=-1)) + 1,
    )


def _pack_tree(
    tree: Tree, columns: dict[tuple[int, int, int], int]
) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """Words, leaf values and depth of one tree; new columns are added to ``columns``."""
    order, depth = breadth_first(tree)
    place = {node: where for where, node in enumerate(order)}
    keys = _ordered(_round_down(tree.thresholds))
    words, leaves = np.empty(len(order), np.int64), np.zeros(len(order))
    for where, node in enumerate(order):
        if node < 0:
            words[where] = _word(_GREATEST, where, 0)
            leaves[where] = tree.leaves[~node]
        else:
            column = columns.setdefault(_column(tree, node), len(columns))
            words[where] = _word(int(keys[node]), place[int(tree.left[node])], column)
    return words, leaves, depth


def breadth_first(tree: Tree) -> tuple[list[int], int]:
    """Splits and (negative) leaves level by level, siblings side by side; the number of levels."""
    level = [0 if len(tree) > 1 else -1]
    order, depth = level, -1
    while level:
        depth += 1
        level = [
            int(child)
            for node in level
            if node >= 0
            for child in (tree.left[node], tree.right[node])
        ]
        order = order + level
    return order, depth


def _column(tree: Tree, node: int) -> tuple[int, int, int]:
    missing = int(tree.missing[node])
    left = int(tree.default_left[node]) if missing != Missing.NONE else 0
    return int(tree.features[node]), missing, left


def _word(key: int, left: int, column: int) -> int:
    return key << (LEFT_BITS + COLUMN_BITS) | left << COLUMN_BITS | column


def _round_down(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """The largest float32 that does not exceed each threshold."""
    with np.errstate(over="ignore"):
        near = thresholds.astype(np.float32)
    below = np.nextafter(near, np.float32(-np.inf))
    return np.where(near > thresholds, below, near).astype(np.float32)


def _ordered(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """Integers in the order of float32 values, whose bits are sign and magnitude; zeros alike."""
    bits = values.view(np.int32).astype(np.int64)
    return np.where(bits < 0, -(2**31) - bits, bits)
