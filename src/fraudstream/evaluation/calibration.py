"""Whether a score of 0.3 means that three in ten are fraud.

``frauds`` is bool (n), ``scores`` float (n) in 0..1. Over nothing every figure is NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["brier", "expected_calibration_error", "expected_calibration_error_by_mass"]

_WIDE, _FULL = 15, 20
"""Bins of equal width, and of equal mass."""


def brier(frauds: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Mean squared difference of score and truth (Brier, Monthly Weather Review 78, 1950).

    >>> round(brier(np.array([True, False]), np.array([0.8, 0.2])), 6)
    0.04
    """
    return float(np.mean((scores - frauds) ** 2)) if len(scores) else np.nan


def expected_calibration_error(
    frauds: NDArray[np.bool_], scores: NDArray[np.float64], bins: int = _WIDE
) -> float:
    """Mean distance of predicted and observed rate over bins of equal width, weighted by size.

    Guo et al., ICML 2017; a score on an edge belongs to the bin above it.

    >>> round(expected_calibration_error(np.array([True, False]), np.array([0.81, 0.81])), 6)
    0.31
    """
    return _distance(np.minimum((scores * bins).astype(np.int64), bins - 1), frauds, scores)


def expected_calibration_error_by_mass(
    frauds: NDArray[np.bool_], scores: NDArray[np.float64], bins: int = _FULL
) -> float:
    """The same over bins that hold equally many rows, in which rare high scores count as seldom.

    Nixon et al., CVPR Workshops 2019; equal scores may fall into two neighbouring bins.

    >>> frauds, scores = np.array([False, True]), np.array([0.1, 0.6])
    >>> round(expected_calibration_error_by_mass(frauds, scores, bins=2), 6)
    0.25
    """
    places = np.empty(len(scores), np.int64)
    places[np.argsort(scores, kind="stable")] = np.arange(len(scores))
    return _distance(places * bins // max(1, len(scores)), frauds, scores)


def _distance(
    bins: NDArray[np.int64], frauds: NDArray[np.bool_], scores: NDArray[np.float64]
) -> float:
    if not len(scores):
        return np.nan
    differences = np.bincount(bins, scores - frauds)
    return float(np.abs(differences).sum() / len(scores))
