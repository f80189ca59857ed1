"""What exact tree SHAP needs to know of a forest, besides its splits.

A leaf's value v is shared among the d features that lead to it. Feature j gets (Lundberg et al.,
2018, with Shapley's weights written as an integral)

    v * (o_j - z_j) * integral over t from 0 to 1 of the product over k != j of o_k t + z_k (1 - t)

where o_k is 1 if the row passes all splits on feature k on the way, else 0, and z_k the share of
training rows that those splits let through. The integrand is a polynomial of degree d - 1, so a
Gauss-Legendre sum over at least d / 2 points is the integral itself. With rarity y = 1 / z and odds
u = t / (1 - t), a factor is z (1 - t) (1 + o u y): everything but 1 + o u y is known beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.scoring.forest import breadth_first
from fraudstream.scoring.lightgbm_text import Tree

__all__ = ["LANES", "Covers", "covers_of"]

LANES = 3
"""Points that compiled code takes at once: exact for up to six features on the way to a leaf."""

_Columns = tuple[
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.int64],
]


@dataclass(frozen=True, slots=True, eq=False)
class Covers:
    """Columns over the nodes of a packed forest, of n nodes and B blocks of points.

    ``features`` int64 (n) is what a split asks for, -1 at leaves. The others are about the feature
    that the split over a node asks for: ``rarities`` float64 (n), over all splits on it down to the
    node, and ``above`` int64 (n), the place in its tree of the nearest node over it to which
    another split on it led, -1 for none. ``leaves`` float64 (B, n, LANES) is what a leaf counts at
    each point before the row is known, ``odds`` float64 (B, LANES).
    """

    features: NDArray[np.int64]
    rarities: NDArray[np.float64]
    above: NDArray[np.int64]
    leaves: NDArray[np.float64]
    odds: NDArray[np.float64]


def covers_of(trees: Sequence[Tree]) -> Covers:
    """The covers of trees, for a forest packed from them in the same order."""
    columns = zip(*(_of_tree(tree) for tree in trees), strict=True)
    features, rarities, above, weights, widths = (np.concatenate(column) for column in columns)
    odds, scales = _points(int(widths.max()))
    leaves = weights[:, np.newaxis] * scales[widths]
    blocks = leaves.reshape(len(leaves), -1, LANES).transpose(1, 0, 2)
    return Covers(features, rarities, above, np.ascontiguousarray(blocks), odds.reshape(-1, LANES))


def _of_tree(tree: Tree) -> _Columns:
    """Features, rarities, places above, shares of leaf values, and features that lead to a leaf."""
    order, _ = breadth_first(tree)
    place = {node: where for where, node in enumerate(order)}
    features, above = np.full(len(order), -1), np.full(len(order), -1)
    rarities, shares, widths = np.ones(len(order)), np.ones(len(order)), np.zeros(len(order), int)
    ways: list[dict[int, int]] = [{} for _ in order]
    for where, node in enumerate(order):
        if node < 0:
            shares[where] *= tree.leaves[~node]
            widths[where] = len(ways[where])
            continue
        feature = features[where] = int(tree.features[node])
        for child in (int(tree.left[node]), int(tree.right[node])):
            at, passed = place[child], _cover(tree, child) / _cover(tree, node)
            shares[at] = shares[where] * passed
            above[at] = ways[where].get(feature, -1)
            rarities[at] = (rarities[above[at]] if above[at] >= 0 else 1.0) / passed
            ways[at] = {**ways[where], feature: at}
    return features, rarities, above, np.where(features < 0, shares, 0.0), widths


def _cover(tree: Tree, node: int) -> float:
    """Training rows that reached a split, or a leaf (negative); at least one, so that 1 / z is."""
    return max(1.0, float(tree.covers[node] if node >= 0 else tree.leaf_covers[~node]))


def _points(features: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Odds of the points (P), and what a leaf to which d features lead counts there, (d, P)."""
    count = LANES * max(1, -(-features // (2 * LANES)))
    nodes, weights = np.polynomial.legendre.leggauss(count)
    rest = (1.0 - nodes) / 2.0
    powers = np.arange(features + 1)[:, np.newaxis] - 1.0
    return (1.0 - rest) / rest, weights / 2.0 * rest**powers
