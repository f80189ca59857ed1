from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.unit.decisions.outcomes import (
    PRESET,
    VERSIONS,
    Extract,
    Row,
    batch_of,
    decider_of,
    outcome_of,
    phrase,
)

from fraudstream.decisions import Action, DecidedBy, Policy, Vocabulary, decide
from fraudstream.decisions.reasons import reasons_of
from fraudstream.schema import Aggregate, Function

NAMES = ("a", "b", "c", "d", "e")
FEATURES = tuple(Aggregate(name, name, Function.COUNT, 1000) for name in NAMES)
VOCABULARY = Vocabulary(FEATURES, (1.0, 2.0, float("nan"), 0.5, 3.0), phrase)


def explained(contributions: list[float], values: list[float] | None = None) -> list[str]:
    given_values = np.array(values or [6.0] * 5)
    reasons = reasons_of(VOCABULARY, given_values, np.array(contributions))
    return [reason.code for reason in reasons]


def test_the_three_weightiest_pushes_towards_fraud_are_the_reasons() -> None:
    assert explained([0.1, 0.4, -2.0, 0.3, 0.2]) == ["b", "d", "e"]


def test_what_speaks_against_fraud_is_no_reason() -> None:
    assert explained([-0.1, 0.4, -2.0, -0.3, 0.0]) == ["b"]


def test_a_weight_that_would_be_shown_as_nothing_is_no_reason() -> None:
    assert explained([0.0049, 0.4, 0.0, 0.0, 0.0]) == ["b"]


def test_equal_weights_keep_the_order_of_features() -> None:
    assert explained([0.5, 0.5, 0.5, 0.5, 0.5]) == ["a", "b", "c"]


def test_one_aggregate_over_several_windows_is_one_reason() -> None:
    windows = [Aggregate(f"n_{w}", "account", Function.COUNT, w) for w in (1000, 2000, 3000)]
    other = Aggregate("sum", "account", Function.SUM, 1000, field="amount")
    vocabulary = Vocabulary((*windows, other), (1.0,) * 4, phrase)
    reasons = reasons_of(vocabulary, np.ones(4), np.array([0.3, 0.5, 0.4, 0.1]))
    assert [reason.code for reason in reasons] == ["n_2000", "sum"]


def test_an_alert_without_any_push_says_that_the_amount_is_at_stake() -> None:
    assert explained([-1.0, 0.0, 0.0, -0.5, 0.0]) == ["amount_at_stake"]


def test_a_reason_says_value_what_is_usual_and_a_rounded_weight() -> None:
    values = np.array([6.0, 7.5, 8.0, np.nan, 0.0])
    contributions = np.array([0.0, 1.8249, 0.5, 0.4, 0.0])
    first, second, third = reasons_of(VOCABULARY, values, contributions)
    assert (first.code, first.value, first.usual, first.weight) == ("b", 7.5, 2.0, 1.82)
    assert first.text == "b is 7.5; usually 2.0"
    assert (second.value, second.usual) == (8.0, None)
    assert (third.value, third.usual) == (None, 0.5)


def test_only_alerts_are_explained() -> None:
    outcome = outcome_of([Row("a"), Row("b"), Row("c")], [0, 931_200, 0])
    assert outcome.actions.tolist() == [Action.APPROVE, Action.DECLINE, Action.APPROVE]
    assert list(outcome.reasons) == [1]


def test_each_alert_gets_the_reasons_of_its_own_row() -> None:
    class Scorer:
        version, feature_names = "7", PRESET.feature_names

        def score(self, matrix: NDArray[np.float64]) -> NDArray[np.int64]:
            raise AssertionError("not asked for")

        def explain(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
            return matrix

    decider = decider_of()
    rows = [Row("a"), Row("b"), Row("c")]
    matrix = np.array([[9.0, 0, 0], [9.0, 0, 0], [0, 0, 5.0]])
    extract = Extract(
        "log",
        batch_of(rows),
        batch_of([]),
        matrix,
        np.zeros(3, np.uint8),
        np.ones(3),
        batch_of(rows),
    )
    outcome = decide(replace(decider, scorer=Scorer()), extract, np.array([0, 931_200, 931_200]))
    assert {row: its[0].code for row, its in outcome.reasons.items()} == {
        1: "amount",
        2: "account_amount_mean_24h",
    }


def test_everything_known_of_a_batch_is_in_its_outcome() -> None:
    outcome = outcome_of([Row("a")], [0], others=[Row("b")])
    assert len(outcome) == 1 and len(outcome.others) == 1
    assert outcome.decided_by.tolist() == [DecidedBy.MODEL]
    assert outcome.versions == VERSIONS
    assert outcome.scores.tolist() == [0]


def test_an_empty_batch_becomes_an_empty_outcome() -> None:
    assert len(outcome_of([], [])) == 0


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**6)), max_size=6))
def test_a_row_is_decided_the_same_alone_as_in_a_batch(events: list[tuple[int, int]]) -> None:
    rows = [Row(str(i), amount=amount) for i, (amount, _) in enumerate(events)]
    together = outcome_of(rows, [score for _, score in events])
    for i, (_, score) in enumerate(events):
        alone = outcome_of([rows[i]], [score])
        assert alone.actions[0] == together.actions[i]
        assert alone.costs[0].tolist() == together.costs[i].tolist()
        assert alone.reasons.get(0) == together.reasons.get(i)


def test_a_transaction_without_an_amount_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="amounts"):
        outcome_of([Row(amount=-5)], [0])


def test_a_policy_is_made_of_a_presets_costs() -> None:
    assert Policy.of(PRESET.costs, 7) == Policy(1_000_000, 800, 300, 7)
