"""What limited alerts catch, against going through the days one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evaluation.drawn import cases

from fraudstream.evaluation import Cases
from fraudstream.evaluation.budget import (
    card_precision,
    card_recall,
    precision,
    top_of_each_day,
    value_share,
)


def _card_precision_by_hand(some: Cases, k: int) -> float:
    detected: set[int] = set()
    shares = []
    for day in sorted(set(some.days.tolist())):
        highest: dict[int, float] = {}
        defrauded = set()
        for row in np.flatnonzero(some.days == day):
            account = int(some.accounts[row])
            if account not in detected:
                highest[account] = max(highest.get(account, 0.0), float(some.scores[row]))
                defrauded |= {account} if some.frauds[row] else set()
        top = sorted(highest, key=lambda account: (-highest[account], account))[:k]
        caught = defrauded & set(top)
        detected |= caught
        shares.append(len(caught) / k)
    return sum(shares) / len(shares)


@given(cases(), st.integers(1, 4))
def test_card_precision_goes_day_by_day_and_counts_a_detected_card_once(
    some: Cases, k: int
) -> None:
    found = card_precision(some.frauds, some.scores, some.days, some.accounts, k)
    assert found == pytest.approx(_card_precision_by_hand(some, k))


def test_a_day_with_fewer_cards_than_places_still_divides_by_the_places() -> None:
    one = np.array([True])
    assert card_precision(one, np.array([0.9]), np.array([1]), np.array([0]), k=100) == 0.01


@given(cases(), st.integers(1, 5))
def test_the_alerts_of_a_day_are_its_highest_scores(some: Cases, alerts: int) -> None:
    chosen = top_of_each_day(some.scores, some.days, alerts)
    for day in set(some.days.tolist()):
        rows = np.flatnonzero(some.days == day)
        best = sorted(rows, key=lambda row: (-some.scores[row], row))[:alerts]
        assert set(rows[chosen[rows]]) == set(best)


@given(cases())
def test_card_recall_counts_accounts_and_value_share_counts_money(some: Cases) -> None:
    chosen = some.alerted
    defrauded = {int(a) for a in some.accounts[some.frauds]}
    caught = {int(a) for a in some.accounts[some.frauds & chosen]}
    lost = sum(int(a) for a in some.amounts[some.frauds])
    saved = sum(int(a) for a in some.amounts[some.frauds & chosen])
    assert card_recall(some.frauds, chosen, some.accounts) == pytest.approx(
        len(caught) / len(defrauded) if defrauded else math.nan, nan_ok=True
    )
    assert value_share(some.frauds, chosen, some.amounts) == pytest.approx(
        saved / lost if lost else math.nan, nan_ok=True
    )


def test_precision_is_not_said_of_no_alert() -> None:
    assert math.isnan(precision(np.array([True]), np.array([False])))
    assert precision(np.array([True, False, True]), np.array([True, True, False])) == 0.5
