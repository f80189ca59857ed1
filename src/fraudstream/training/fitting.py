"""Fitting trees: LightGBM on rows whose label was known, nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["QUICK", "Progress", "Settings", "fit_trees", "fitted_parameters"]

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total) as work goes on."""

_FRAUDS_FOR_FULL_LEAVES = 400
_ROWS_WORTH_A_THREAD = 100_000
"""With fewer, threads wait for each other longer than they work."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is trained. The defaults were chosen on the public card data's validation weeks.

    Many histogram bins matter there (255 instead of 1023 or more costs .01 to .05 average
    precision), small trees and a low learning rate help, resampling and class weights do not.
    At most ``threads`` work on it, which changes how long it takes and nothing else. ``test_share``
    is the last part of the time that figures and calibration come from.
    """

    trees: int = 300
    learning_rate: float = 0.03
    leaves: int = 12
    depth: int = 6
    bins: int = 4095
    min_leaf: int = 40
    seed: int = 1
    threads: int = 2
    test_share: float = 0.3


QUICK = Settings(trees=90, learning_rate=0.08, bins=255)
"""A model in seconds."""


def fitted_parameters(settings: Settings, frauds: int) -> dict[str, Any]:
    """LightGBM's parameters; with few frauds the leaves may be smaller."""
    smaller = max(1, min(settings.min_leaf, settings.min_leaf * frauds // _FRAUDS_FOR_FULL_LEAVES))
    return {
        "objective": "binary",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "max_depth": settings.depth,
        "min_data_in_leaf": max(5, smaller),
        "lambda_l2": 5.0,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "max_bin": settings.bins,
        "min_data_in_bin": 3,
        "bin_construct_sample_cnt": 1_000_000,
        "seed": settings.seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def fit_trees(
    matrix: NDArray[np.float32],
    frauds: NDArray[np.int8],
    names: tuple[str, ...],
    settings: Settings,
    progress: Progress,
) -> str:
    """A forest in LightGBM's text format. ``frauds`` are 0 or 1, one for each row of ``matrix``."""
    # threads that spin while they wait for each other starve everything else of the machine
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import lightgbm

    def tell(environment: Any) -> None:
        progress("training", environment.iteration + 1, settings.trees)

    threads = min(settings.threads, 1 + len(matrix) // _ROWS_WORTH_A_THREAD)
    parameters = fitted_parameters(settings, int(frauds.sum())) | {"num_threads": threads}
    data = lightgbm.Dataset(matrix, frauds, feature_name=list(names), params=parameters)
    booster = lightgbm.train(parameters, data, settings.trees, callbacks=[tell])
    text = str(booster.model_to_string(num_iteration=-1))
    # the one line that depends on how the model was made and not on what it is
    return text.replace(f"[num_threads: {threads}]\n", "")
