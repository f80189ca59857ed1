"""Calibration against bins filled by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evaluation.drawn import cases

from fraudstream.evaluation import Cases
from fraudstream.evaluation.calibration import (
    brier,
    expected_calibration_error,
    expected_calibration_error_by_mass,
)


def _weighed(bins: list[list[tuple[bool, float]]], rows: int) -> float:
    error = 0.0
    for rows_of in bins:
        if rows_of:
            rate = sum(fraud for fraud, _ in rows_of) / len(rows_of)
            mean = sum(score for _, score in rows_of) / len(rows_of)
            error += len(rows_of) / rows * abs(rate - mean)
    return error


@given(cases(), st.integers(1, 15))
def test_bins_of_equal_width_weigh_the_distance_of_rate_and_score(some: Cases, count: int) -> None:
    bins: list[list[tuple[bool, float]]] = [[] for _ in range(count)]
    for fraud, score in zip(some.frauds.tolist(), some.scores.tolist(), strict=True):
        bins[min(int(score * count), count - 1)].append((fraud, score))
    found = expected_calibration_error(some.frauds, some.scores, count)
    assert found == pytest.approx(_weighed(bins, len(some)))


@given(cases(), st.integers(1, 8))
def test_bins_of_equal_mass_hold_rows_in_order_of_score(some: Cases, count: int) -> None:
    pairs = sorted(zip(some.scores.tolist(), range(len(some)), strict=True))
    bins: list[list[tuple[bool, float]]] = [[] for _ in range(count)]
    for place, (score, row) in enumerate(pairs):
        bins[place * count // len(pairs)].append((bool(some.frauds[row]), score))
    found = expected_calibration_error_by_mass(some.frauds, some.scores, count)
    assert found == pytest.approx(_weighed(bins, len(some)))


@given(cases())
def test_the_brier_score_is_the_mean_squared_error(some: Cases) -> None:
    errors = [(s - f) ** 2 for s, f in zip(some.scores, some.frauds, strict=True)]
    assert brier(some.frauds, some.scores) == pytest.approx(sum(errors) / len(errors))


def test_honest_probabilities_have_almost_no_calibration_error() -> None:
    random = np.random.default_rng(1)
    scores = random.random(200_000) ** 4
    frauds = random.random(len(scores)) < scores
    assert expected_calibration_error(frauds, scores) < 0.005
    assert expected_calibration_error_by_mass(frauds, scores) < 0.005
    assert expected_calibration_error(frauds, np.minimum(1.0, 2 * scores)) > 0.1


def test_nothing_is_said_of_nothing() -> None:
    nothing, empty = np.zeros(0, np.bool_), np.zeros(0)
    assert math.isnan(brier(nothing, empty))
    assert math.isnan(expected_calibration_error(nothing, empty))
