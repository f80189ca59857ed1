from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.scoring import MICRO, Calibration
from fraudstream.scoring.calibration import logistic

margins = st.floats(-40, 40)
curves = st.builds(logistic, st.floats(0.05, 20), st.floats(-10, 10))


def through(*knots: tuple[float, float]) -> Calibration:
    return Calibration("by hand", *(np.array(column) for column in zip(*knots, strict=True)))


@given(curves, st.lists(margins, min_size=1, max_size=30))
def test_a_larger_margin_never_gives_a_smaller_probability(
    curve: Calibration, values: list[float]
) -> None:
    found = curve.micros_of(np.sort(values))
    assert all(low <= high for low, high in pairwise(found.tolist()))
    assert found.min() >= 0
    assert found.max() <= MICRO


@given(curves, st.lists(margins, min_size=1, max_size=30))
def test_a_probability_does_not_depend_on_the_margins_beside_it(
    curve: Calibration, values: list[float]
) -> None:
    alone = [int(curve.micros_of(np.array([value]))[0]) for value in values]
    assert curve.micros_of(np.array(values)).tolist() == alone


@given(st.floats(0.05, 20), st.floats(-10, 10), margins)
def test_the_logistic_curve_is_met_to_a_twenty_thousandth(
    slope: float, intercept: float, margin: float
) -> None:
    exact = 1 / (1 + np.exp(-(slope * margin + intercept)))
    found = int(logistic(slope, intercept).micros_of(np.array([margin]))[0]) / MICRO
    assert abs(found - exact) < 5.1e-5


def test_small_probabilities_are_met_to_a_thousandth_of_themselves() -> None:
    odds = np.linspace(-9, 0, 1001)
    exact = MICRO / (1 + np.exp(-odds))
    assert np.abs(logistic(1.0, 0.0).micros_of(odds) - exact).max() < 50
    assert (np.abs(logistic(1.0, 0.0).micros_of(odds) - exact) <= 0.5 + 0.001 * exact).all()


def test_halves_of_a_millionth_are_rounded_to_even() -> None:
    curve = through((0.0, 0.0), (4.0, 2.0))
    assert curve.micros_of(np.array([0.0, 1.0, 2.0, 3.0, 4.0])).tolist() == [0, 0, 1, 2, 2]


def test_beyond_its_knots_a_curve_is_level() -> None:
    curve = through((-1.0, 10.0), (1.0, 20.0))
    beyond = np.array([-np.inf, -1e300, -1.0, 1.0, 1e300, np.inf])
    assert curve.micros_of(beyond).tolist() == [10, 10, 10, 20, 20, 20]


def test_margins_further_out_than_any_doubt_are_certain() -> None:
    assert logistic(2.0, 1.0).micros_of(np.array([-800.0, 800.0])).tolist() == [0, MICRO]


@pytest.mark.parametrize(
    ("knots", "said"),
    [
        ([(1.0, 5.0), (1.0, 6.0)], "rise"),
        ([(1.0, 6.0), (2.0, 5.0)], "rise"),
        ([(1.0, 5.0), (2.0, np.nan)], "rise"),
        ([(1.0, -1.0), (2.0, 5.0)], "between 0 and 1"),
        ([(1.0, 0.0), (2.0, MICRO + 1.0)], "between 0 and 1"),
        ([(-np.inf, 0.0), (2.0, 1.0)], "finite"),
        ([(np.nan, 0.0)], "finite"),
    ],
)
def test_a_curve_that_is_none_is_refused(knots: list[tuple[float, float]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        through(*knots)


@pytest.mark.parametrize("slope", [0.0, -1.0, np.nan])
def test_a_slope_that_would_turn_the_ranking_round_is_refused(slope: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        logistic(slope, 0.0)
