"""LightGBM's text format: the trees of a binary or regression forest, checked.

The format is described by what LightGBM writes (``Tree::ToString`` in its ``src/io/tree.cpp``,
versions v3 and v4). Supported are numerical splits with every treatment of missing values that
LightGBM has, and one tree for each round. Everything else is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import ModelIncompatible, Problem

__all__ = ["Missing", "Tree", "read_forest"]

_SUPPORTED = (
    "Supported are LightGBM forests with numerical splits, one tree for each round and constant "
    "leaves. Train again with fraudstream train, or without the named option."
)
_WHOLE = "Copy the model's folder again, or train again: fraudstream train."


class Missing(IntEnum):
    """What a split takes for missing; a value that is not sent by it is compared, NaN as 0."""

    NONE = 0
    ZERO = 1
    """0 (to 1e-35) and NaN are sent to the default side."""
    NAN = 2
    """NaN is sent to the default side."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """One tree: ``m`` splits and ``m`` + 1 leaves; split 0 is the root.

    Split ``i`` sends a row left if its ``features[i]`` is at most ``thresholds[i]``, or by
    ``default_left[i]`` if it is what ``missing[i]`` calls missing. A child ``c`` >= 0 is a split,
    a negative one the leaf ``~c``. ``covers`` and ``leaf_covers`` are how many training rows came.
    """

    features: NDArray[np.int64]
    thresholds: NDArray[np.float64]
    missing: NDArray[np.int64]
    default_left: NDArray[np.bool_]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    leaves: NDArray[np.float64]
    covers: NDArray[np.float64]
    leaf_covers: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.leaves)


def read_forest(text: str) -> tuple[Tree, ...]:
    """The trees of a model text, in the order in which they are summed.

    Raises ``ModelIncompatible``: with what is not supported, or where the text is not whole.
    """
    head, *blocks = text.split("\nTree=")
    _check_head(_pairs(head), head)
    if not blocks or "\nend of trees" not in blocks[-1]:
        raise ModelIncompatible("The model's text ends before its last tree.", advice=_WHOLE)
    blocks[-1] = blocks[-1].split("\nend of trees")[0]
    return tuple(_read_tree(number, block) for number, block in enumerate(blocks))


def _pairs(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _check_head(pairs: dict[str, str], head: str) -> None:
    if not head.startswith("tree\n") or pairs.get("version") not in ("v3", "v4"):
        raise ModelIncompatible("This is not a LightGBM model in text form.", advice=_WHOLE)
    problems = []
    if pairs.get("num_class") != "1" or pairs.get("num_tree_per_iteration") != "1":
        problems.append(Problem("several trees for each round (a multiclass model)"))
    if "average_output" in head.splitlines():
        problems.append(Problem("averaged trees (boosting = rf)"))
    _refuse(problems)


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise ModelIncompatible("The model uses what is not supported.", problems, _SUPPORTED)


def _read_tree(number: int, block: str) -> Tree:
    pairs = _pairs("number=" + block)
    if pairs.get("num_cat", "0") != "0":
        _refuse([Problem(f"categorical splits (tree {number}, categorical_feature)")])
    if pairs.get("is_linear", "0") != "0":
        _refuse([Problem(f"linear leaves (tree {number}, linear_tree)")])
    try:
        tree = _parse_tree(pairs)
    except (KeyError, ValueError, OverflowError) as error:
        raise _torn(number) from error
    if not _is_sound(tree):
        raise _torn(number)
    return tree


def _torn(number: int) -> ModelIncompatible:
    return ModelIncompatible(f"Tree {number} of the model is not whole.", advice=_WHOLE)


def _parse_tree(pairs: dict[str, str]) -> Tree:
    leaves = int(pairs["num_leaves"])
    splits = leaves - 1

    def column(name: str, count: int, kind: Callable[[str], float] = float) -> NDArray[np.float64]:
        if count == 0:
            return np.empty(0)
        values = np.array([kind(cell) for cell in pairs[name].split()], np.float64)
        if values.shape != (count,):
            raise ValueError(name)
        return values

    def integers(name: str) -> NDArray[np.int64]:
        return column(name, splits, int).astype(np.int64)

    decisions = integers("decision_type")
    return Tree(
        features=integers("split_feature"),
        thresholds=column("threshold", splits),
        missing=decisions >> 2,
        default_left=decisions & 2 != 0,
        left=integers("left_child"),
        right=integers("right_child"),
        leaves=column("leaf_value", leaves),
        covers=column("internal_count", splits),
        leaf_covers=column("leaf_count", leaves) if splits else np.ones(1),
    )


def _is_sound(tree: Tree) -> bool:
    """Whether every split and leaf is reached once, and every number means something."""
    splits = len(tree) - 1
    children = sorted([*tree.left.tolist(), *tree.right.tolist()])
    reached = children == [*range(-len(tree), 0), *range(1, splits)] if splits else True
    return bool(
        reached
        and len(list(_below(tree))) == splits
        and (tree.features >= 0).all()
        and ((tree.missing >= 0) & (tree.missing <= Missing.NAN)).all()
        and not np.isnan(tree.thresholds).any()
        and np.isfinite(tree.leaves).all()
    )


def _below(tree: Tree) -> Iterator[int]:
    """The splits that can be reached from the root, which is all of them unless there is a loop."""
    waiting = [0] if len(tree) > 1 else []
    while waiting:
        split = waiting.pop()
        yield split
        waiting += [child for child in (tree.left[split], tree.right[split]) if child >= 0]
