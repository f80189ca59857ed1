"""Fitting the curve from margins to probabilities: Platt's logistic, by Newton's method."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["fit_logistic"]

_STEPS = 100
_CLOSE = 1e-10
_LEAST_SLOPE = 1e-3
_RIDGE = 1e-9


def fit_logistic(margins: NDArray[np.float64], frauds: NDArray[np.int8]) -> tuple[float, float]:
    """(slope, intercept) of the logistic curve under which the labels are likeliest.

    The targets are drawn in a little from 0 and 1, as Platt (1999) proposes, so that a perfect
    ranking does not give an infinite slope. The slope is always positive: ranking is kept.

    >>> slope, intercept = fit_logistic(np.repeat([-2.0, 2.0], 50), np.repeat([0, 1], 50))
    >>> round(slope, 2), abs(intercept) < 1e-6
    (1.97, True)
    """
    positive = int(frauds.sum())
    negative = len(frauds) - positive
    targets = np.where(frauds == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))
    columns = np.stack([margins, np.ones_like(margins)])
    found: NDArray[np.floating[Any]] = np.array([1.0, 0.0])
    step: NDArray[np.floating[Any]] = np.zeros(2)
    cost = np.inf
    for _ in range(_STEPS):
        tried = found - step
        tried_cost = _cost(tried @ columns, targets)
        if tried_cost > cost:
            step = step / 2
            continue
        if np.abs(step).max() < _CLOSE and np.isfinite(cost):
            break
        found, cost = tried, tried_cost
        odds = 1.0 / (1.0 + np.exp(-found @ columns))
        bend = (columns * (odds * (1.0 - odds))) @ columns.T + _RIDGE * np.eye(2)
        step = np.linalg.solve(bend, columns @ (odds - targets))
    return max(float(found[0]), _LEAST_SLOPE), float(found[1])


def _cost(log_odds: NDArray[np.floating[Any]], targets: NDArray[np.float64]) -> float:
    """Negative log-likelihood; a step that raises it was too long."""
    return float(np.sum(np.logaddexp(0.0, log_odds) - targets * log_odds))
