"""The scorecard: one name for each figure, whatever the test."""

from __future__ import annotations

import json
import math
from dataclasses import fields

import pytest
from hypothesis import given
from tests.unit.evaluation.drawn import DAY, cases, cases_of

from fraudstream.evaluation import Cases, scorecard
from fraudstream.evaluation.breakdown import UNNAMED, by_attack, by_week
from fraudstream.evaluation.headline import Headline, headline
from fraudstream.schema import builtin

PROMISED = {
    "auc",
    "ap",
    "ap_low",
    "ap_high",
    "cp100",
    "recall_at_fpr_0_001",
    "value_recall",
    "ece",
    "brier",
    "by_week",
    "by_attack",
}


@given(cases())
def test_figures_are_json_under_the_promised_keys(some: Cases) -> None:
    figures = scorecard([some], builtin("handbook"), {"coin": [some]}).figures()
    assert set(figures) >= PROMISED
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert figures["baselines"]["coin"]["transactions"] == figures["transactions"] == len(some)


@given(cases())
def test_weeks_and_attacks_add_up_to_the_whole(some: Cases) -> None:
    weeks = dict(by_week(some, 3))
    assert sum(week.transactions for week in weeks.values()) == len(some)
    attacks = dict(by_attack(some, 3))
    assert sum(one.transactions for one in attacks.values()) == some.frauds.sum()
    assert sum(one.caught for one in attacks.values()) == (some.frauds & some.alerted).sum()


@given(cases(), cases())
def test_ranking_figures_of_several_tests_are_means_and_counts_are_sums(
    one: Cases, other: Cases
) -> None:
    both, apart = headline([one, other], 3), [headline([part], 3) for part in (one, other)]
    assert both.transactions == len(one) + len(other)
    for name in ("auc", "ap", "cp100"):
        expected = sum(getattr(part, name) for part in apart) / 2
        assert getattr(both, name) == pytest.approx(expected, nan_ok=True)


def test_weeks_begin_on_the_first_day_and_are_told_by_their_date() -> None:
    rows = [(0.5, k == 3, 0, 100, (17_751 + k) * DAY, k) for k in range(0, 20, 3)]
    weeks = dict(by_week(cases_of(rows), 3))
    assert list(weeks) == ["2018-08-08", "2018-08-15", "2018-08-22"]
    assert [week.frauds for week in weeks.values()] == [1, 0, 0]


def test_an_attack_tells_when_it_was_first_caught() -> None:
    minute = 60_000
    found = dict(
        by_attack(
            cases_of(
                [
                    (0.1, True, 0, 100, 0, 1),
                    (0.2, True, 0, 200, minute, 1),
                    (0.9, True, 2, 300, 2 * minute, 1),
                    (0.9, True, 1, 400, 0, 2),
                    (0.3, False, 0, 100, 0, 3),
                    (0.1, True, 0, 700, 0, 4),
                ],
                attacks=[0, 0, 0, 0, -1, -1],
                names=("card_testing", "bust_out"),
            ),
            alerts_per_day=1,
        )
    )
    testing = found["card_testing"]
    assert (testing.transactions, testing.caught, testing.recall) == (4, 2, 0.5)
    assert (testing.amount, testing.amount_caught) == (1_000, 700)
    assert (testing.campaigns, testing.campaigns_detected) == (2, 2)
    assert (testing.first_caught_after, testing.seconds_to_detection) == (2.0, 60.0)
    assert testing.budget_recall == 0.25
    assert testing.auc == 0.5
    assert found[UNNAMED].recall == 0.0
    assert math.isnan(found[UNNAMED].first_caught_after)
    assert "bust_out" not in found


def test_money_is_told_in_major_units() -> None:
    some = cases_of([(0.9, True, 2, 12_345, 0, 1), (0.1, False, 0, 100, 0, 2)])
    figures = scorecard([some], builtin("handbook"), {}).figures()
    assert figures["policy"]["saved"] == 123.45
    assert figures["by_attack"][UNNAMED]["amount_caught"] == 123.45
    assert figures["currency"] == "EUR"


def test_every_contestant_is_told_by_the_same_figures() -> None:
    some = cases_of([(0.9, True, 2, 12_345, 0, 1), (0.1, False, 0, 100, 0, 2)])
    figures = scorecard([some], builtin("handbook"), {"coin": [some]}).figures()
    names = {field.name for field in fields(Headline)}
    assert set(figures["baselines"]["coin"]) == names
    assert names <= set(figures)
