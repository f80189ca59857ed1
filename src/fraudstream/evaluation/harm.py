"""What the policy's actions cost: money saved and missed, and good customers stopped.

A review counts as catching a fraud: an analyst who looks finds it. Money is in minor units of the
base currency; a figure that cannot be computed is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudstream.decisions import Action
from fraudstream.evaluation.budget import value_share
from fraudstream.evaluation.cases import Cases
from fraudstream.schema import Costs

__all__ = ["Harm", "harm"]


@dataclass(frozen=True, slots=True)
class Harm:
    """``saved`` is the money in alerted frauds, ``missed`` that in approved ones.

    ``recall`` and ``precision`` are of alerts; ``value_recall`` is saved of saved and missed;
    ``good_stopped`` is the share of genuine transactions that were declined or reviewed, of which
    ``good_declined`` were declined; ``good_accounts_stopped`` counts accounts without any fraud of
    which one was. ``cost`` is what all that has cost by the preset's own prices (losses, reviews,
    false declines), ``cost_unprotected`` the loss if everything had been approved.
    """

    alerts: int
    reviews: int
    declines: int
    recall: float
    precision: float
    value_recall: float
    saved: int
    missed: int
    good_stopped: float
    good_declined: float
    good_accounts_stopped: int
    cost: float
    cost_unprotected: float


def harm(cases: Cases, costs: Costs) -> Harm:
    """Add up what was done and what it has done."""
    frauds, alerted = cases.frauds, cases.alerted
    declined = cases.actions == Action.DECLINE
    stopped = alerted & ~frauds
    genuine = max(1, int((~frauds).sum()))
    reviews = int((cases.actions == Action.REVIEW).sum())
    saved, missed = (int(cases.amounts[frauds & which].sum()) for which in (alerted, ~alerted))
    bad_accounts = np.unique(cases.accounts[frauds])
    return Harm(
        alerts=int(alerted.sum()),
        reviews=reviews,
        declines=int(declined.sum()),
        recall=float(alerted[frauds].mean()) if frauds.any() else np.nan,
        precision=float(frauds[alerted].mean()) if alerted.any() else np.nan,
        value_recall=value_share(frauds, alerted, cases.amounts),
        saved=saved,
        missed=missed,
        good_stopped=int(stopped.sum()) / genuine,
        good_declined=int((declined & ~frauds).sum()) / genuine,
        good_accounts_stopped=len(np.setdiff1d(cases.accounts[stopped], bad_accounts)),
        cost=missed * costs.loss_given_fraud
        + reviews * costs.review
        + int((declined & ~frauds).sum()) * costs.false_decline,
        cost_unprotected=(saved + missed) * costs.loss_given_fraud,
    )
