"""The figures that models are compared by, the same for every contestant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.evaluation import budget
from fraudstream.evaluation.calibration import (
    brier,
    expected_calibration_error,
    expected_calibration_error_by_mass,
)
from fraudstream.evaluation.cases import Cases
from fraudstream.evaluation.ranking import average_precision, recall_at_fpr, roc_auc

__all__ = ["Headline", "headline"]


@dataclass(frozen=True, slots=True)
class Headline:
    """``budget_*`` is what the ``alerts_per_day`` highest scores of each day catch.

    ``value_recall`` is the share of the money in frauds that the policy's actions stop, and
    ``budget_value_recall`` that of the budget. NaN where a figure cannot be computed.
    """

    transactions: int
    frauds: int
    auc: float
    ap: float
    cp100: float
    recall_at_fpr_0_001: float
    recall_at_fpr_0_01: float
    value_recall: float
    ece: float
    ece_by_mass: float
    brier: float
    alerts_per_day: int
    budget_precision: float
    budget_card_recall: float
    budget_value_recall: float


def headline(parts: Sequence[Cases], alerts_per_day: int) -> Headline:
    """Of one test or several: AUC, AP and CP@100 are means over the tests, the rest is of all rows.

    ``parts`` is not empty.
    """
    every = Cases.joined(list(parts))
    frauds, scores = every.frauds, every.scores
    chosen = budget.top_of_each_day(scores, every.days, alerts_per_day)
    return Headline(
        transactions=len(every),
        frauds=int(frauds.sum()),
        auc=_mean(parts, lambda one: roc_auc(one.frauds, one.scores)),
        ap=_mean(parts, lambda one: average_precision(one.frauds, one.scores)),
        cp100=_mean(parts, _cp100),
        recall_at_fpr_0_001=recall_at_fpr(frauds, scores, 0.001),
        recall_at_fpr_0_01=recall_at_fpr(frauds, scores, 0.01),
        value_recall=budget.value_share(frauds, every.alerted, every.amounts),
        ece=expected_calibration_error(frauds, scores),
        ece_by_mass=expected_calibration_error_by_mass(frauds, scores),
        brier=brier(frauds, scores),
        alerts_per_day=alerts_per_day,
        budget_precision=budget.precision(frauds, chosen),
        budget_card_recall=budget.card_recall(frauds, chosen, every.accounts),
        budget_value_recall=budget.value_share(frauds, chosen, every.amounts),
    )


def _cp100(cases: Cases) -> float:
    return budget.card_precision(cases.frauds, cases.scores, cases.days, cases.accounts)


def _mean(parts: Sequence[Cases], figure: Callable[[Cases], float]) -> float:
    values: NDArray[np.float64] = np.array([figure(part) for part in parts])
    return float(values.mean())
