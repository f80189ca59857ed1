"""Forests for tests: written out in LightGBM's text format, or trained on made-up data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import lightgbm
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

INTERESTING = [0.0, -0.0, 1e-35, -1e-35, 1e-36, 1.1e-35, 1e-45, 0.1, 1.0, 2.5, -2.5, 3e38, 1e300]
"""Values at which float32, LightGBM's zero and its order could go wrong."""
PARAMETERS: list[dict[str, float | bool]] = [
    {},
    {"max_depth": 6, "num_leaves": 64},
    {"num_leaves": 200, "min_data_in_leaf": 2},
    {"zero_as_missing": True},
    {"use_missing": False},
    {"max_depth": 1},
]
"""How forests are trained that must give LightGBM's own numbers."""
values = st.one_of(
    st.sampled_from([*INTERESTING, np.nan, np.inf, -np.inf, -1e300]),
    st.floats(-4, 4, width=32),
    st.integers(-2, 2).map(float),
)
thresholds = st.one_of(
    st.sampled_from([*INTERESTING, np.inf, -np.inf, 1.0000000180025095e-35]), st.floats(-4, 4)
)


@dataclass(frozen=True)
class Leaf:
    value: float


@dataclass(frozen=True)
class Split:
    feature: int
    threshold: float
    missing: int
    default_left: bool
    left: Split | Leaf
    right: Split | Leaf


Node = Split | Leaf
leaf_values = st.floats(-2, 2, allow_nan=False)


def trees(features: int) -> st.SearchStrategy[Node]:
    def grown(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return st.builds(
            Split,
            st.integers(0, features - 1),
            thresholds,
            st.integers(0, 2),
            st.booleans(),
            children,
            children,
        )

    return st.recursive(st.builds(Leaf, leaf_values), grown, max_leaves=12)


def written(forest: Sequence[Node], features: int) -> str:
    """A forest as LightGBM writes one; each child was reached by half of its parent's rows."""
    blocks = [f"Tree={number}\n{_tree(tree)}\n\n" for number, tree in enumerate(forest)]
    head = [
        "tree",
        "version=v4",
        "num_class=1",
        "num_tree_per_iteration=1",
        "label_index=0",
        f"max_feature_idx={features - 1}",
        "objective=binary sigmoid:1",
        f"feature_names={' '.join(f'f{k}' for k in range(features))}",
        f"feature_infos={' '.join('[-4:4]' for _ in range(features))}",
        f"tree_sizes={' '.join(str(len(block)) for block in blocks)}",
    ]
    return "\n".join(head) + "\n\n" + "".join(blocks) + "end of trees\n\npandas_categorical:null\n"


def _tree(root: Node) -> str:
    splits: list[Split] = []
    leaves: list[float] = []
    ends: list[tuple[int, int]] = []
    counts: list[list[int]] = [[], []]

    def visit(node: Node, count: int) -> int:
        if isinstance(node, Leaf):
            leaves.append(node.value)
            counts[1].append(count)
            return ~(len(leaves) - 1)
        number = len(splits)
        splits.append(node)
        ends.append((0, 0))
        counts[0].append(count)
        ends[number] = (visit(node.left, count // 2), visit(node.right, count - count // 2))
        return number

    visit(root, 1 << 13)
    rows: dict[str, Sequence[object]] = {
        "num_leaves": [len(leaves)],
        "num_cat": [0],
        "split_feature": [split.feature for split in splits],
        "split_gain": [1 for _ in splits],
        "threshold": [repr(split.threshold) for split in splits],
        "decision_type": [split.missing << 2 | split.default_left << 1 for split in splits],
        "left_child": [left for left, _ in ends],
        "right_child": [right for _, right in ends],
        "leaf_value": [repr(leaf) for leaf in leaves],
        "leaf_weight": counts[1],
        "leaf_count": counts[1],
        "internal_value": [0 for _ in splits],
        "internal_weight": counts[0],
        "internal_count": counts[0],
        "is_linear": [0],
        "shrinkage": [1],
    }
    return "\n".join(f"{name}={' '.join(map(str, row))}" for name, row in rows.items())


Floats = NDArray[np.float64]


def made_up(rows: int, features: int = 8, seed: int = 1) -> tuple[Floats, Floats]:
    """A matrix of numbers, whole numbers, zeros and gaps, and labels that depend on it."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(rows, features))
    matrix[:, 1] = rng.poisson(1.0, rows)
    matrix[rng.random(matrix.shape) < 0.1] = 0.0
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    pull = np.nan_to_num(matrix[:, 0]) + np.nan_to_num(matrix[:, 1]) * (matrix[:, 2] > 0)
    labels = (pull + rng.normal(size=rows) > 2.5).astype(np.float64)
    return matrix.astype(np.float32).astype(np.float64), labels


@cache
def trained(**parameters: float | bool) -> str:
    """The text of a forest of 30 trees."""
    matrix, labels = made_up(3000)
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "max_bin": 1023}
    data = lightgbm.Dataset(matrix, labels)
    return str(lightgbm.train({**settings, **parameters}, data, 30).model_to_string())
