from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from tests.unit.scoring.forests import (
    PARAMETERS,
    Leaf,
    Node,
    Split,
    made_up,
    trained,
    trees,
    values,
    written,
)

from fraudstream.scoring.covers import LANES, covers_of
from fraudstream.scoring.explanation import contributions
from fraudstream.scoring.forest import pack
from fraudstream.scoring.lightgbm_text import read_forest
from fraudstream.scoring.trees import margins

FEATURES = 4
forests = st.lists(trees(FEATURES), min_size=1, max_size=6)
matrices = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 20), st.just(FEATURES)), elements=values
)


def ours(text: str, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    parsed = read_forest(text)
    return contributions(pack(parsed), covers_of(parsed), matrix)


def theirs(text: str, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """LightGBM's own, the last column being what a row without features would get."""
    with np.errstate(over="ignore"):
        rows = matrix.astype(np.float32)
    booster = lightgbm.Booster(model_str=text)
    found: NDArray[np.float64] = booster.predict(rows, pred_contrib=True, num_threads=1)
    return found


@given(forests, matrices)
def test_any_forest_gives_the_contributions_of_lightgbm(
    forest: list[Node], matrix: NDArray[np.float64]
) -> None:
    text = written(forest, FEATURES)
    np.testing.assert_allclose(ours(text, matrix), theirs(text, matrix)[:, :-1], atol=1e-9)


@pytest.mark.parametrize("parameters", PARAMETERS, ids=str)
def test_a_trained_forest_gives_the_contributions_of_lightgbm(
    parameters: dict[str, float | bool],
) -> None:
    matrix, _ = made_up(300, seed=2)
    text = trained(**parameters)
    np.testing.assert_allclose(ours(text, matrix), theirs(text, matrix)[:, :-1], atol=1e-9)


def test_the_contributions_and_the_mean_add_up_to_the_margin() -> None:
    matrix, _ = made_up(300, seed=4)
    text = trained()
    found, mean = ours(text, matrix), theirs(text, matrix)[:, -1]
    np.testing.assert_allclose(
        found.sum(axis=1) + mean, margins(pack(read_forest(text)), matrix), atol=1e-9
    )


def test_more_features_on_the_way_to_a_leaf_than_one_block_of_points_is_exact_for() -> None:
    features = 4 * LANES + 1
    chain: Node = Leaf(1.0)
    for feature in range(features):
        chain = Split(feature, 0.5, 0, False, Leaf(0.1 * feature), chain)
    text = written([chain], features)
    matrix = (np.random.default_rng(5).random((200, features)) < 0.9).astype(float)
    np.testing.assert_allclose(ours(text, matrix), theirs(text, matrix)[:, :-1], atol=1e-9)


def test_a_row_has_the_same_contributions_alone_as_in_a_batch() -> None:
    matrix, _ = made_up(100, seed=3)
    together = ours(trained(), matrix)
    alone = [ours(trained(), matrix[k : k + 1]) for k in range(len(matrix))]
    assert np.concatenate(alone).tobytes() == together.tobytes()


def test_no_rows_have_no_contributions() -> None:
    assert ours(trained(), np.empty((0, 8))).shape == (0, 8)


def test_a_tree_without_a_split_contributes_nothing() -> None:
    assert not ours(written([Leaf(0.25)], FEATURES), np.ones((2, FEATURES))).any()
