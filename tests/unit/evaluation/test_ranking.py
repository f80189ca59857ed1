"""Areas under curves against counting pairs and thresholds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import average_precision_score
from tests.unit.evaluation.drawn import cases

from fraudstream.evaluation import Cases
from fraudstream.evaluation.ranking import (
    _Ranked,
    ap_interval,
    average_precision,
    recall_at_fpr,
    roc_auc,
)


@given(cases())
def test_the_area_under_the_roc_curve_counts_pairs_in_the_right_order(some: Cases) -> None:
    frauds, genuine = some.scores[some.frauds], some.scores[~some.frauds]
    pairs = [1.0 if f > g else 0.5 if f == g else 0.0 for f in frauds for g in genuine]
    expected = sum(pairs) / len(pairs) if pairs else math.nan
    assert roc_auc(some.frauds, some.scores) == pytest.approx(expected, nan_ok=True)


@given(cases())
def test_average_precision_sums_precision_over_the_recall_gained(some: Cases) -> None:
    expected, before = (0.0, 0.0) if some.frauds.any() else (math.nan, 0.0)
    for threshold in sorted(set(some.scores.tolist()), reverse=True):
        above = some.scores >= threshold
        caught = int((above & some.frauds).sum())
        expected += (caught - before) / max(1, some.frauds.sum()) * caught / int(above.sum())
        before = caught
    assert average_precision(some.frauds, some.scores) == pytest.approx(expected, nan_ok=True)


@given(cases())
def test_recall_at_a_false_positive_rate_is_the_best_of_all_thresholds(some: Cases) -> None:
    genuine, frauds = int((~some.frauds).sum()), int(some.frauds.sum())
    best = 0.0 if genuine and frauds else math.nan
    for threshold in some.scores.tolist():
        above = some.scores >= threshold
        if genuine and frauds and (above & ~some.frauds).sum() / genuine <= 0.25:
            best = max(best, float((above & some.frauds).sum() / frauds))
    found = recall_at_fpr(some.frauds, some.scores, 0.25)
    assert found == pytest.approx(best, nan_ok=True)


@given(cases())
def test_weighing_accounts_gives_what_repeating_their_rows_gives(some: Cases) -> None:
    counts = np.array([2, 0, 1, 3, 1, 0, 2], np.float64)
    ranked = _Ranked(some.frauds, some.scores, some.accounts)
    again = np.repeat(np.arange(len(some)), counts[some.accounts].astype(np.int64))
    repeated = some.take(again)
    expected = (
        average_precision_score(repeated.frauds, repeated.scores)
        if repeated.frauds.any()
        else math.nan
    )
    assert ranked.average_precision(counts) == pytest.approx(expected, nan_ok=True)


def test_the_interval_is_narrower_where_there_are_more_accounts() -> None:
    random = np.random.default_rng(5)

    def width(accounts: int) -> float:
        frauds = random.random(10 * accounts) < 0.1
        scores = np.where(frauds, 0.5, 0.4) + 0.2 * random.random(len(frauds))
        low, high = ap_interval([(frauds, scores, np.arange(len(frauds)) // 10)])
        assert low < average_precision(frauds, scores) < high
        return high - low

    assert width(2_000) < 0.5 * width(100)


def test_the_interval_is_wider_where_frauds_of_an_account_share_their_fate() -> None:
    random = np.random.default_rng(6)
    accounts = np.repeat(np.arange(300), 10)
    frauds = accounts < 60
    scores = random.random(300)[accounts] + 0.3 * frauds
    alone = ap_interval([(frauds, scores, np.arange(len(frauds)))])
    together = ap_interval([(frauds, scores, accounts)])
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


def test_the_interval_of_several_tests_is_that_of_their_mean() -> None:
    sure = (np.array([True, False] * 50), np.array([0.9, 0.1] * 50), np.arange(100))
    hopeless = (np.array([True, False] * 50), np.array([0.1, 0.9] * 50), np.arange(100))
    low, high = ap_interval([sure, hopeless])
    assert 0.65 < low < 0.75 < high < 0.85


def test_the_interval_is_the_same_every_time() -> None:
    part = (np.array([True, False, True]), np.array([0.9, 0.8, 0.7]), np.arange(3))
    assert ap_interval([part]) == ap_interval([part])


def test_nothing_is_said_without_frauds() -> None:
    none, scores = np.zeros(3, np.bool_), np.ones(3)
    assert math.isnan(roc_auc(none, scores))
    assert math.isnan(average_precision(none, scores))
    assert math.isnan(recall_at_fpr(none, scores, 0.1))
    assert all(map(math.isnan, ap_interval([(none, scores, np.arange(3))])))
