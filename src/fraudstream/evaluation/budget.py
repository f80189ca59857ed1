"""What a limited number of alerts a day catches, whatever the policy says.

``frauds`` bool (n), ``scores`` float (n), ``days`` and ``accounts`` int64 (n), ``amounts`` int64
(n). A figure that cannot be computed is NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["card_precision", "card_recall", "precision", "top_of_each_day", "value_share"]


def card_precision(
    frauds: NDArray[np.bool_],
    scores: NDArray[np.float64],
    days: NDArray[np.int64],
    accounts: NDArray[np.int64],
    k: int = 100,
) -> float:
    """Card precision at ``k``: of the ``k`` highest accounts of a day, the share with a fraud then.

    An account stands where its highest score of the day stands; once detected it is out on later
    days; the mean is over days (Le Borgne et al., Reproducible Machine Learning for Credit Card
    Fraud Detection, chapter 4). Of equal scores the lower account number comes first.

    >>> card_precision(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]),
    ...                np.array([1, 1, 2]), np.array([5, 6, 5]), k=1)
    0.5
    """
    out = np.zeros(accounts.max(initial=-1) + 1, np.bool_)
    shares = []
    for day in np.unique(days):
        rows = np.flatnonzero((days == day) & ~out[accounts])
        highest, starts = _highest_first(accounts[rows], scores[rows])
        defrauded = np.maximum.reduceat(frauds[rows][highest], starts) if len(rows) else rows
        first = np.argsort(-scores[rows][highest][starts], kind="stable")[:k]
        caught = accounts[rows][highest][starts][first][defrauded[first].astype(np.bool_)]
        out[caught] = True
        shares.append(len(caught) / k)
    return float(np.mean(shares)) if shares else np.nan


def top_of_each_day(
    scores: NDArray[np.float64], days: NDArray[np.int64], alerts: int
) -> NDArray[np.bool_]:
    """Which rows are among the ``alerts`` highest of their day; of equal scores the earlier row.

    >>> top_of_each_day(np.array([0.1, 0.9, 0.5]), np.array([1, 1, 2]), 1).tolist()
    [False, True, True]
    """
    order = np.lexsort((-scores, days))
    starts = np.unique(days[order], return_index=True)[1]
    sizes = np.diff(starts, append=len(order))
    within = np.arange(len(order)) - np.repeat(starts, sizes)
    chosen = np.zeros(len(order), np.bool_)
    chosen[order[within < alerts]] = True
    return chosen


def precision(frauds: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> float:
    """The share of frauds among the chosen rows.

    >>> precision(np.array([True, False]), np.array([True, True]))
    0.5
    """
    return float(frauds[chosen].mean()) if chosen.any() else np.nan


def card_recall(
    frauds: NDArray[np.bool_], chosen: NDArray[np.bool_], accounts: NDArray[np.int64]
) -> float:
    """Of the accounts with a fraud, the share with a chosen one.

    >>> card_recall(np.array([True, True, True]), np.array([True, False, False]),
    ...             np.array([1, 1, 2]))
    0.5
    """
    defrauded = np.unique(accounts[frauds])
    if not len(defrauded):
        return np.nan
    return len(np.unique(accounts[frauds & chosen])) / len(defrauded)


def value_share(
    frauds: NDArray[np.bool_], chosen: NDArray[np.bool_], amounts: NDArray[np.int64]
) -> float:
    """Of the money in frauds, the share in chosen ones.

    >>> value_share(np.array([True, True]), np.array([True, False]), np.array([300, 100]))
    0.75
    """
    total = int(amounts[frauds].sum())
    return int(amounts[frauds & chosen].sum()) / total if total else np.nan


def _highest_first(
    accounts: NDArray[np.int64], scores: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """An order by account, highest score first, and where each account begins in it."""
    order = np.lexsort((-scores, accounts))
    return order, np.unique(accounts[order], return_index=True)[1]
