from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.simulator.seeding import generator, mix, permuted, token, unit


@given(st.integers(0, 2**31), st.lists(st.integers(0, 2**32 - 1), unique=True, max_size=200))
def test_different_indices_have_different_tokens(salt: int, indices: list[int]) -> None:
    assert len(set(token(salt, indices).tolist())) == len(indices)


@pytest.mark.parametrize("size", [100, 1_000, 10_000])
@given(salt=st.integers(0, 2**31))
def test_permuted_numbers_fill_every_place_once_and_then_the_next(size: int, salt: int) -> None:
    numbers = permuted(salt, np.arange(2 * size), size)
    assert sorted(numbers.tolist()) == list(range(2 * size))
    assert numbers[:size].max() < size


def test_hashes_are_spread_evenly_and_depend_on_every_key() -> None:
    draws = unit(5, np.arange(20_000), 7)
    assert abs(draws.mean() - 0.5) < 0.01
    assert np.histogram(draws, 10, (0, 1))[0].min() > 1_800
    assert len({int(mix(5, 1, 2)), int(mix(5, 2, 1)), int(mix(6, 1, 2)), int(mix(5, 1, 3))}) == 4


def test_generators_of_different_purposes_differ() -> None:
    draws = {generator(*key).random() for key in ((1, "a"), (1, "b"), (2, "a"), (1, "a", 1))}
    assert len(draws) == 4
    assert generator(1, "a").random() in draws
