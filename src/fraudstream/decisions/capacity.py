"""How much a review must save before reviewers' time is spent on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fraudstream.decisions.policy import Policy, savings
from fraudstream.scoring.scorer import MICRO

__all__ = ["review_threshold"]


def review_threshold(
    policy: Policy,
    scores: NDArray[np.int64],
    amounts: NDArray[np.int64],
    reviews: int,
) -> int:
    """The smallest threshold, in minor units, under which at most ``reviews`` are asked for.

    ``scores`` (millionths) and ``amounts`` (minor units, base currency) are of a past stretch of
    days that the model was not trained on; ``reviews`` is the capacity over the same stretch. The
    reviews that save most are kept.

    >>> policy = Policy(loss_given_fraud=MICRO, false_decline=800, review=100)
    >>> review_threshold(policy, np.full(3, 500_000), np.array([300, 400, 500]), reviews=1)
    101
    """
    saved = savings(policy, scores, amounts)
    worthwhile = np.sort(saved[saved >= 0])[::-1]
    if len(worthwhile) <= reviews:
        return 0
    return int(worthwhile[reviews]) // MICRO + 1
