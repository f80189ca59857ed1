"""The logistic curve that makes the labels likeliest, also from far away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.training.calibrating import fit_logistic


def drawn(
    slope: float, intercept: float, seed: int, rows: int = 60_000
) -> tuple[np.ndarray, np.ndarray]:
    """Margins like those of a fraud model, and labels drawn from a known curve."""
    chance = np.random.default_rng(seed)
    margins = chance.normal(-5, 2, rows)
    odds = 1 / (1 + np.exp(-(slope * margins + intercept)))
    return margins, (chance.random(rows) < odds).astype(np.int8)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (1.5, 2.0), (0.6, -1.0), (2.0, 5.0)])
def test_the_curve_that_drew_the_labels_is_found(slope: float, intercept: float) -> None:
    found = fit_logistic(*drawn(slope, intercept, seed=1))
    assert found[0] == pytest.approx(slope, rel=0.15)
    assert found[1] == pytest.approx(intercept, abs=0.5)


@given(st.integers(0, 2**32), st.floats(0.05, 20), st.floats(-12, 2))
def test_the_fitted_rate_is_the_rate_of_fraud_wherever_the_margins_lie(
    seed: int, spread: float, centre: float
) -> None:
    chance = np.random.default_rng(seed)
    frauds = (chance.random(3_000) < 0.02).astype(np.int8)
    frauds[0] = 1
    margins = chance.normal(centre, spread, 3_000) + 2 * spread * frauds
    slope, intercept = fit_logistic(margins, frauds)
    fitted = 1 / (1 + np.exp(-(slope * margins + intercept)))
    assert slope > 0
    assert fitted.mean() == pytest.approx(frauds.mean(), rel=0.1)
