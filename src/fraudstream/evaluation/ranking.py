"""How well scores order transactions, whatever the thresholds.

``frauds`` is bool (n), ``scores`` float (n), higher is more suspicious. A figure that cannot be
computed (no fraud, or nothing else) is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

__all__ = ["ap_interval", "average_precision", "recall_at_fpr", "roc_auc"]

_ROUNDS = 500

Part = tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.int64]]
"""Frauds, scores and accounts of one test."""


def roc_auc(frauds: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Area under the ROC curve: how often a fraud scores above a genuine one, ties half.

    Hanley and McNeil, Radiology 143 (1982).

    >>> roc_auc(np.array([True, False, False]), np.array([0.5, 0.5, 0.1]))
    0.75
    """
    return float(roc_auc_score(frauds, scores)) if _both(frauds) else np.nan


def average_precision(frauds: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """Precision at each threshold, weighted by the recall gained there; equal scores are one.

    As in scikit-learn, without interpolation: it is the mean precision at the frauds.

    >>> average_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.1]))
    0.8333333333333333
    """
    return float(average_precision_score(frauds, scores)) if frauds.any() else np.nan


def recall_at_fpr(frauds: NDArray[np.bool_], scores: NDArray[np.float64], rate: float) -> float:
    """The largest share of frauds caught at a threshold that stops at most ``rate`` of the rest.

    >>> recall_at_fpr(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1]), 0.0)
    0.5
    """
    if not _both(frauds):
        return np.nan
    false, true, _ = roc_curve(frauds, scores, drop_intermediate=False)
    return float(true[false <= rate].max())


def ap_interval(
    parts: Sequence[Part], confidence: float = 0.95, seed: int = 1
) -> tuple[float, float]:
    """Where the mean average precision of some tests would lie with other customers.

    Frauds of one account come together and are caught or missed together, so accounts are drawn,
    not transactions: in each of 500 rounds an account counts Poisson(1) times, in all parts alike;
    the interval lies between the outer percentiles (Field and Welsh, JRSS B 69, 2007; Efron and
    Tibshirani, 1993, chapter 13). It says nothing of frauds of another kind.

    >>> ap_interval([(np.array([True, False]), np.array([0.9, 0.1]), np.array([0, 1]))])
    (1.0, 1.0)
    """
    random = np.random.default_rng(seed)
    accounts = 1 + max(int(part[2].max(initial=-1)) for part in parts)
    ranked = [_Ranked(*part) for part in parts]
    means = np.full(_ROUNDS, np.nan)
    for k in range(_ROUNDS):
        counts = random.poisson(1.0, accounts).astype(np.float64)
        means[k] = np.mean([one.average_precision(counts) for one in ranked])
    means = means[np.isfinite(means)]
    if not len(means):
        return np.nan, np.nan
    low, high = np.quantile(means, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low), float(high)


class _Ranked:
    """Rows in falling order of score, ready to be weighed by account again and again."""

    def __init__(
        self,
        frauds: NDArray[np.bool_],
        scores: NDArray[np.float64],
        accounts: NDArray[np.int64],
    ) -> None:
        needed = scores >= scores[frauds].min(initial=np.inf)  # what scores less cannot matter
        order = np.flatnonzero(needed)[np.argsort(-scores[needed], kind="stable")]
        self._accounts = accounts[order]
        self._frauds = frauds[order].astype(np.float64)
        self._ends = np.flatnonzero(np.diff(scores[order], append=np.nan) != 0)

    def average_precision(self, counts: NDArray[np.float64]) -> float:
        """With each row counted as often as its account."""
        weights = counts[self._accounts]
        all_above = np.cumsum(weights)[self._ends]
        caught = np.cumsum(weights * self._frauds)[self._ends]
        if not len(caught) or not caught[-1]:
            return np.nan
        gained = np.diff(caught, prepend=0.0)
        return float(np.sum(gained * caught / np.maximum(all_above, 1.0)) / caught[-1])


def _both(frauds: NDArray[np.bool_]) -> bool:
    return bool(frauds.any() and not frauds.all())
