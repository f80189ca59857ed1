"""The contract between features and decisions: calibrated probabilities as whole millionths."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["MICRO", "Scorer"]

MICRO = 1_000_000
"""Scores are integers from 0 to this: the calibrated probability rounded to 10**-6."""


class Scorer(Protocol):
    """Turns feature vectors into scores, row by row, the same alone as in a batch."""

    version: str
    feature_names: tuple[str, ...]

    def score(self, matrix: NDArray[np.float64]) -> NDArray[np.int64]:
        """Scores in millionths, shape (n); ``matrix`` is (n, F), NaN = missing."""
        ...

    def explain(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Exact tree SHAP contributions to the raw margin, shape (n, F)."""
        ...
