"""From a score and an amount to the action with the least expected cost, in whole numbers.

With p the score, all three costs are expectations over whether the transaction is fraud:

- approve: p x the loss, where loss = amount x loss given fraud, rounded to a minor unit;
- review:  what a review costs, whoever is right;
- decline: (1 - p) x what a false decline costs.

A refund is weighed like a payment: money leaves the bank's customer or merchant either way, so its
amount is the loss if it is fraud. Costs are compared in millionths of a minor unit, exactly; they
are rounded, half to even, only to be shown.
"""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fraudstream.schema import Costs
from fraudstream.scoring.scorer import MICRO

__all__ = ["LARGEST_AMOUNT", "Policy", "price", "round_micro", "savings"]

LARGEST_AMOUNT = 10**12
"""Minor units. Times 9, the largest loss given fraud, times a million: still below 2**63."""

_LARGEST_LOSS = 9 * MICRO
_DECLINE, _REVIEW = 2, 1


@dataclass(frozen=True, slots=True)
class Policy:
    """What the three actions cost; everything that the choice depends on besides the event.

    ``loss_given_fraud`` is in millionths of the amount (0 to 9), money in minor units of the base
    currency. A review must save at least ``review_threshold`` over the next best action; training
    fits it to the reviewers' capacity (:func:`fraudstream.decisions.capacity.review_threshold`).

    >>> Policy.of(Costs(1.0, false_decline=800, review=300)).version
    '87756e11'
    """

    loss_given_fraud: int
    false_decline: int
    review: int
    review_threshold: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.loss_given_fraud <= _LARGEST_LOSS:
            raise ValueError("loss given fraud must be between 0 and 9 times the amount")
        money = (self.false_decline, self.review, self.review_threshold)
        if not all(0 <= amount <= LARGEST_AMOUNT for amount in money):
            raise ValueError("costs must be between 0 and 10**12 minor units")

    @classmethod
    def of(cls, costs: Costs, review_threshold: int = 0) -> Policy:
        """The policy of a preset's costs and a model's fitted threshold."""
        loss = round(costs.loss_given_fraud * MICRO)
        return cls(loss, costs.false_decline, costs.review, review_threshold)

    @property
    def version(self) -> str:
        """Eight hex digits that change with the content."""
        return hashlib.sha256(repr(("policy/1", *astuple(self))).encode()).hexdigest()[:8]


def price(
    policy: Policy, scores: NDArray[np.int64], amounts: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Actions (n) and the expected costs (n, 3) of approve, review, decline in minor units.

    ``scores`` are millionths, ``amounts`` minor units of the base currency from 0 to
    ``LARGEST_AMOUNT``; anything else is a ``ValueError``. Ties go to the gentler action.

    >>> actions, costs = price(
    ...     Policy.of(Costs(1.0, false_decline=800, review=300)),
    ...     np.array([931_200]), np.array([51_230]))
    >>> actions.tolist(), costs.tolist()
    ([2], [[47705, 300, 55]])
    """
    actions = np.empty(len(scores), np.uint8)
    costs = np.empty((len(scores), 3), np.int64)
    if not _price(scores, np.ascontiguousarray(amounts), _terms(policy), actions, costs):
        raise ValueError("scores must be 0 to 10**6 and amounts 0 to 10**12")
    return actions, costs


def savings(
    policy: Policy, scores: NDArray[np.int64], amounts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """What a review would save over the next best action, millionths of a minor unit, (n)."""
    saved = np.empty(len(scores), np.int64)
    _savings(scores, np.ascontiguousarray(amounts), _terms(policy), saved)
    return saved


def _terms(policy: Policy) -> tuple[int, int, int, int]:
    return (policy.loss_given_fraud, policy.false_decline, policy.review, policy.review_threshold)


@njit(cache=True, nogil=True)
def round_micro(value: int) -> int:
    """A non-negative number of millionths as the nearest whole number, half to even."""
    whole, rest = value // MICRO, value % MICRO
    return whole + (2 * rest > MICRO or (2 * rest == MICRO and whole % 2 == 1))


@njit(cache=True, nogil=True)
def _expected(score, amount, terms):  # type: ignore[no-untyped-def]
    """Expected cost of approve, review, decline in millionths of a minor unit."""
    loss_given_fraud, false_decline, review, _ = terms
    approve = score * round_micro(amount * loss_given_fraud)
    return approve, review * MICRO, (MICRO - score) * false_decline


@njit(cache=True, nogil=True)
def _price(scores, amounts, terms, actions, costs):  # type: ignore[no-untyped-def]
    for i in range(len(scores)):
        if not (0 <= scores[i] <= MICRO and 0 <= amounts[i] <= LARGEST_AMOUNT):
            return False
        approve, review, decline = _expected(scores[i], amounts[i], terms)
        costs[i, 0] = round_micro(approve)
        costs[i, 1] = round_micro(review)
        costs[i, 2] = round_micro(decline)
        saved = min(approve, decline) - review
        if saved >= terms[3] * MICRO and (saved > 0 or (saved == 0 and decline < approve)):
            actions[i] = _REVIEW
        else:
            actions[i] = _DECLINE if decline < approve else 0
    return True


@njit(cache=True, nogil=True)
def _savings(scores, amounts, terms, saved):  # type: ignore[no-untyped-def]
    for i in range(len(scores)):
        approve, review, decline = _expected(scores[i], amounts[i], terms)
        saved[i] = min(approve, decline) - review
