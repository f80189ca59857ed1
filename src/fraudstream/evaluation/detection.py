"""How soon an attack is noticed: at its first transaction, at a later one, or never."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.evaluation.cases import first_in_group

__all__ = ["Detection", "detection", "first_fraud_recall"]


@dataclass(frozen=True, slots=True)
class Detection:
    """Over groups of frauds that belong together (one account, one campaign).

    ``transactions`` is the median place, from 1, of the first alerted fraud in its group, and
    ``seconds`` the median time from the group's first fraud to it, both over the detected groups;
    NaN if there is none.
    """

    groups: int
    detected: int
    transactions: float
    seconds: float


def first_fraud_recall(
    frauds: NDArray[np.bool_],
    alerted: NDArray[np.bool_],
    accounts: NDArray[np.int64],
    times: NDArray[np.int64],
) -> float:
    """Of the accounts with a fraud, the share whose first one was alerted; NaN without frauds.

    >>> first_fraud_recall(np.array([True, True, True]), np.array([False, True, True]),
    ...                    np.array([1, 1, 2]), np.array([10, 20, 15]))
    0.5
    """
    if not frauds.any():
        return np.nan
    first = first_in_group(accounts[frauds], times[frauds])
    return float(alerted[frauds][first].mean())


def detection(
    groups: NDArray[np.int64], times: NDArray[np.int64], alerted: NDArray[np.bool_]
) -> Detection:
    """How soon each group's first alert comes; the rows are the frauds alone, ``times`` UTC ms.

    >>> detection(np.array([1, 1, 2]), np.array([0, 5_000, 9_000]), np.array([False, True, False]))
    Detection(groups=2, detected=1, transactions=2.0, seconds=5.0)
    """
    order = np.lexsort((times, groups))
    names, starts = np.unique(groups[order], return_index=True)
    hits = np.flatnonzero(alerted[order])
    own = np.searchsorted(starts, hits, side="right") - 1
    found, firsts = np.unique(own, return_index=True)
    places, begins = hits[firsts], starts[found]
    seconds = (times[order][places] - times[order][begins]) / 1000
    return Detection(len(names), len(found), _median(places - begins + 1), _median(seconds))


def _median(values: NDArray[np.int64] | NDArray[np.float64]) -> float:
    return float(np.median(values)) if len(values) else np.nan
