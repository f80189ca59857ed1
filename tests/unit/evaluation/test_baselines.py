"""The contestants a model has to beat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fraudstream.evaluation.baselines import Logistic, Rule, RuleList, _Binned
from fraudstream.evaluation.ranking import average_precision, roc_auc


def _learnable(rows: int = 4_000) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Noise, one feature that tells some frauds, one that tells others, one often missing."""
    random = np.random.default_rng(3)
    frauds = random.random(rows) < 0.05
    matrix = random.normal(size=(rows, 4)).astype(np.float32)
    some = random.random(rows) < 0.5
    matrix[frauds & some, 1] += 5
    matrix[frauds & ~some, 2] -= 5
    matrix[random.random(rows) < 0.5, 3] = np.nan
    return matrix, frauds


@pytest.mark.parametrize("kind", [Logistic, RuleList])
def test_a_baseline_learns_and_scores_in_probabilities(
    kind: type[Logistic] | type[RuleList],
) -> None:
    matrix, frauds = _learnable()
    scores = kind.fit(matrix[:3_000], frauds[:3_000]).predict(matrix[3_000:])
    assert ((scores >= 0) & (scores <= 1)).all()
    assert roc_auc(frauds[3_000:], scores) > 0.9
    assert scores.mean() == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("kind", [Logistic, RuleList])
def test_a_feature_that_is_always_missing_does_no_harm(
    kind: type[Logistic] | type[RuleList],
) -> None:
    matrix, frauds = _learnable()
    matrix[:, 0] = np.nan
    assert average_precision(frauds, kind.fit(matrix, frauds).predict(matrix)) > 0.5


def test_the_regression_learns_from_what_is_missing() -> None:
    random = np.random.default_rng(4)
    frauds = random.random(2_000) < 0.1
    matrix = np.zeros((2_000, 1), np.float32)
    matrix[frauds] = np.nan
    assert roc_auc(frauds, Logistic.fit(matrix, frauds).predict(matrix)) == 1.0


def test_rules_read_like_an_analysts_and_name_the_telling_features() -> None:
    matrix, frauds = _learnable()
    found = RuleList.fit(matrix, frauds)
    assert 1 <= len(found.rules) <= 5
    texts = [rule.text(["noise", "high", "low", "missing"]) for rule in found.rules]
    told = {text.rsplit(" ", 1)[0] for text in texts}
    assert {"high >=", "low <="} <= told
    assert texts[0].startswith(("high >= ", "low <= "))


def test_the_first_rule_that_matches_gives_the_score_and_missing_never_matches() -> None:
    rules = RuleList((Rule(0, 5.0, True, 0.9), Rule(0, 2.0, True, 0.4)), rest=0.01)
    matrix = np.array([[6.0], [3.0], [1.0], [np.nan]])
    assert rules.predict(matrix).tolist() == [0.9, 0.4, 0.01, 0.01]


def test_rules_over_noise_are_none_or_weak() -> None:
    random = np.random.default_rng(9)
    matrix, frauds = random.normal(size=(1_000, 1)), np.zeros(1_000, np.bool_)
    frauds[0] = True
    assert RuleList.fit(np.zeros((1_000, 2)), frauds).rules == ()
    assert roc_auc(frauds, RuleList.fit(matrix, frauds).predict(matrix)) > 0.5


@given(st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=1, max_size=30), st.booleans())
def test_counting_over_bins_is_counting_over_rows(values: list[int | None], above: bool) -> None:
    column = np.array([np.nan if value is None else value for value in values], np.float64)
    rows = np.arange(len(values)) % 3 != 0
    binned = _Binned(column)
    expected = [
        int((Rule(0, float(t), above, 0.0).matches(column[:, None]) & rows).sum())
        for t in binned.thresholds
    ]
    assert binned.caught(rows, above).tolist() == expected
