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

from fraudstream.scoring.forest import pack
from fraudstream.scoring.lightgbm_text import read_forest
from fraudstream.scoring.trees import margins

FEATURES = 4
forests = st.lists(trees(FEATURES), min_size=1, max_size=6)
matrices = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 40), st.just(FEATURES)), elements=values
)


def ours(text: str, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return margins(pack(read_forest(text)), matrix)


def theirs(text: str, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(over="ignore"):
        rows = matrix.astype(np.float32)
    booster = lightgbm.Booster(model_str=text)
    found: NDArray[np.float64] = booster.predict(rows, raw_score=True, num_threads=1)
    return found


def same_bits(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    return a.tobytes() == b.tobytes()


@given(forests, matrices)
def test_any_forest_gives_the_margins_of_lightgbm_to_the_bit(
    forest: list[Node], matrix: NDArray[np.float64]
) -> None:
    text = written(forest, FEATURES)
    assert same_bits(ours(text, matrix), theirs(text, matrix))


@pytest.mark.parametrize("parameters", PARAMETERS, ids=str)
def test_a_trained_forest_gives_the_margins_of_lightgbm_to_the_bit(
    parameters: dict[str, float | bool],
) -> None:
    matrix, _ = made_up(2000, seed=2)
    text = trained(**parameters)
    assert same_bits(ours(text, matrix), theirs(text, matrix))


def test_a_row_has_the_same_margin_alone_as_in_a_batch() -> None:
    matrix, _ = made_up(200, seed=3)
    text = trained()
    alone = [ours(text, matrix[k : k + 1])[0] for k in range(len(matrix))]
    assert same_bits(np.array(alone), ours(text, matrix))


def test_a_matrix_may_be_read_only_or_a_slice_of_another() -> None:
    matrix, _ = made_up(100, features=16)
    slice_ = matrix[::2, :8]
    frozen = slice_.copy()
    frozen.flags.writeable = False
    assert same_bits(ours(trained(), slice_), ours(trained(), frozen))


def test_no_rows_have_no_margins() -> None:
    assert len(ours(trained(), np.empty((0, 8)))) == 0


def test_a_tree_without_a_split_adds_its_leaf() -> None:
    text = written([Leaf(0.25), Split(0, 0.5, 0, False, Leaf(1.0), Leaf(2.0))], FEATURES)
    assert ours(text, np.zeros((1, FEATURES)))[0] == 1.25


def test_a_deep_chain_of_splits_is_followed_to_its_end() -> None:
    chain: Node = Leaf(0.0)
    for depth in range(60):
        chain = Split(0, float(-depth), 2, True, chain, Leaf(float(depth)))
    matrix = np.array([[5.0, 0, 0, 0], [-30.5, 0, 0, 0], [-100, 0, 0, 0], [np.nan, 0, 0, 0]])
    text = written([chain], FEATURES)
    assert same_bits(ours(text, matrix), theirs(text, matrix))


def test_a_matrix_with_too_few_columns_is_refused() -> None:
    text = written([Split(3, 0.5, 0, False, Leaf(1.0), Leaf(2.0))], FEATURES)
    with pytest.raises(ValueError, match="needs 4 features"):
        ours(text, np.zeros((1, 3)))
