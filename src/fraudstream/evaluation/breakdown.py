"""The same figures week by week and attack by attack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from fraudstream.evaluation.budget import top_of_each_day
from fraudstream.evaluation.cases import DAY, NO_ATTACK, Cases, numbered
from fraudstream.evaluation.detection import detection
from fraudstream.evaluation.headline import Headline, headline
from fraudstream.evaluation.ranking import average_precision, roc_auc

__all__ = ["UNNAMED", "AttackFigures", "by_attack", "by_week"]

UNNAMED = "unnamed"
"""Frauds of which nobody says what attack they belong to."""


@dataclass(frozen=True, slots=True)
class AttackFigures:
    """One kind of attack: ``transactions`` are its frauds, ``caught`` those reviewed or declined.

    ``amount`` and ``amount_caught`` are minor units. ``budget_recall`` is the share among the
    highest scores of each day; ``auc`` and ``ap`` set it against everything genuine.
    ``first_caught_after`` is the median place, from 1, of the first caught transaction in its
    campaign, ``seconds_to_detection`` the median time to it, both over the detected campaigns.
    """

    transactions: int
    caught: int
    recall: float
    amount: int
    amount_caught: int
    campaigns: int
    campaigns_detected: int
    first_caught_after: float
    seconds_to_detection: float
    budget_recall: float
    auc: float
    ap: float


def by_week(cases: Cases, alerts_per_day: int) -> Iterator[tuple[str, Headline]]:
    """Figures of each seven days, counted from the first day, under the date they begin on."""
    if not len(cases):
        return
    first = int(cases.days.min())
    weeks = (cases.days - first) // 7
    for week in np.unique(weeks):
        begins = datetime.fromtimestamp((first + 7 * int(week)) * DAY / 1000, UTC)
        yield begins.date().isoformat(), headline([cases.take(weeks == week)], alerts_per_day)


def by_attack(cases: Cases, alerts_per_day: int) -> Iterator[tuple[str, AttackFigures]]:
    """Figures of each kind of attack that occurs, by name."""
    chosen = top_of_each_day(cases.scores, cases.days, alerts_per_day)
    names = dict(enumerate(cases.names)) | {NO_ATTACK: UNNAMED}
    occurring = np.unique(cases.attacks[cases.frauds]).tolist()
    for name, attack in sorted((names[attack], attack) for attack in occurring):
        own = cases.frauds & (cases.attacks == attack)
        against = own | ~cases.frauds
        its = cases.take(own)
        found = detection(numbered(its.campaigns), its.times, its.alerted)
        yield (
            name,
            AttackFigures(
                transactions=len(its),
                caught=int(its.alerted.sum()),
                recall=float(its.alerted.mean()),
                amount=int(its.amounts.sum()),
                amount_caught=int(its.amounts[its.alerted].sum()),
                campaigns=found.groups,
                campaigns_detected=found.detected,
                first_caught_after=found.transactions,
                seconds_to_detection=found.seconds,
                budget_recall=float(chosen[own].mean()),
                auc=roc_auc(own[against], cases.scores[against]),
                ap=average_precision(own[against], cases.scores[against]),
            ),
        )
