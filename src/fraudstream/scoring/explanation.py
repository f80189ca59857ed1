"""Why a margin is what it is: each feature's share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Explainer"]


class Explainer:
    """Exact tree SHAP by LightGBM itself, loaded from the forest's text."""

    def __init__(self, text: str) -> None:
        import lightgbm

        self._booster = lightgbm.Booster(model_str=text)

    def contributions(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Contributions to the margin, shape (n, F); ``matrix`` is (n, F), NaN = missing."""
        if not len(matrix):
            return np.zeros(matrix.shape)
        rows = matrix.astype(np.float32)
        found: NDArray[np.float64] = self._booster.predict(rows, pred_contrib=True, num_threads=1)
        return found[:, :-1]
