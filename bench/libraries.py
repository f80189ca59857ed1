"""The libraries' own batch scoring, on the same rows, one thread."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

import lightgbm
from numpy.typing import NDArray

from bench.workload import TREES, Workload

__all__ = ["Scoring", "explaining", "libraries", "timed"]

Scoring = Callable[[NDArray[Any]], Any]


def libraries(work: Workload) -> dict[str, Scoring]:
    """Batch scoring by name: LightGBM's of the very same trees, XGBoost's of as many as deep."""
    booster = lightgbm.Booster(model_str=work.model.text)
    return {
        "lightgbm_batch": lambda rows: booster.predict(rows, raw_score=True, num_threads=1),
        "xgboost_batch": _xgboost(work),
    }


def explaining(work: Workload) -> Scoring:
    """LightGBM's own tree SHAP of the same trees."""
    booster = lightgbm.Booster(model_str=work.model.text)
    return lambda rows: booster.predict(rows, pred_contrib=True, num_threads=1)


def timed(scoring: Scoring, rows: NDArray[Any]) -> float:
    """Microseconds a row."""
    begun = perf_counter_ns()
    scoring(rows)
    return (perf_counter_ns() - begun) / len(rows) / 1000.0


def _xgboost(work: Workload) -> Scoring:
    import xgboost

    parameters = {
        "objective": "binary:logistic",
        "max_depth": TREES.depth,
        "eta": TREES.learning_rate,
        "max_bin": TREES.bins,
        "tree_method": "hist",
        "nthread": 1,
    }
    data = xgboost.DMatrix(work.matrix, work.frauds, nthread=1)
    booster = xgboost.train(parameters, data, TREES.trees)
    return lambda rows: booster.inplace_predict(rows, predict_type="margin")
