"""What the policy cost, against adding it up row by row."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from tests.unit.evaluation.drawn import cases, cases_of

from fraudstream.evaluation import Cases
from fraudstream.evaluation.harm import harm
from fraudstream.schema import Costs

COSTS = Costs(loss_given_fraud=0.8, false_decline=800, review=300, reviews_per_day=2)


@given(cases())
def test_costs_are_losses_of_missed_frauds_reviews_and_false_declines(some: Cases) -> None:
    cost = 0.0
    for fraud, action, amount in zip(some.frauds, some.actions, some.amounts, strict=True):
        cost += 0.8 * amount if fraud and action == 0 else 0.0
        cost += 300 if action == 1 else 0
        cost += 800 if action == 2 and not fraud else 0
    assert harm(some, COSTS).cost == pytest.approx(cost)


@given(cases())
def test_money_is_either_saved_or_missed(some: Cases) -> None:
    found = harm(some, COSTS)
    assert found.saved + found.missed == some.amounts[some.frauds].sum()
    assert found.cost_unprotected == pytest.approx(0.8 * (found.saved + found.missed))


def test_good_customers_are_those_without_any_fraud() -> None:
    day = 1_000
    found = harm(
        cases_of(
            [
                (0.9, True, 2, 5_000, day, 1),
                (0.8, False, 2, 100, day, 1),
                (0.7, False, 1, 100, day, 2),
                (0.6, False, 0, 100, day, 2),
                (0.5, False, 0, 100, day, 3),
            ]
        ),
        COSTS,
    )
    assert (found.alerts, found.reviews, found.declines) == (3, 1, 2)
    assert found.good_stopped == 0.5
    assert found.good_declined == 0.25
    assert found.good_accounts_stopped == 1
    assert found.precision == pytest.approx(1 / 3)
    assert (found.recall, found.value_recall) == (1.0, 1.0)


def test_without_frauds_nothing_is_saved_and_no_recall_is_said() -> None:
    found = harm(cases_of([(0.1, False, 0, 100, 0, 1)]), COSTS)
    assert (found.saved, found.missed, found.cost) == (0, 0, 0)
    assert math.isnan(found.recall) and math.isnan(found.value_recall)
