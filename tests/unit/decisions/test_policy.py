from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fraudstream.decisions.capacity import review_threshold
from fraudstream.decisions.outcome import Action
from fraudstream.decisions.policy import LARGEST_AMOUNT, Policy, price, savings
from fraudstream.schema import Costs

MILLION = 1_000_000
money = st.integers(0, LARGEST_AMOUNT)
policies = st.builds(Policy, st.integers(0, 9 * MILLION), money, money, money)
small = st.integers(0, 20)
close_policies = st.builds(Policy, st.sampled_from([0, MILLION // 2, MILLION]), small, small, small)


def decided(policy: Policy, score: int, amount: int) -> tuple[Action, list[int]]:
    actions, costs = price(policy, np.array([score]), np.array([amount]))
    return Action(actions[0]), costs[0].tolist()


def expected(policy: Policy, score: int, amount: int) -> tuple[Action, list[int]]:
    """The same in exact fractions."""
    p = Fraction(score, MILLION)
    loss = round(Fraction(amount * policy.loss_given_fraud, MILLION))
    approve, review, decline = p * loss, Fraction(policy.review), (1 - p) * policy.false_decline
    action = Action.APPROVE if approve <= decline else Action.DECLINE
    saved = min(approve, decline) - review
    gentler_tie = saved == 0 and action is Action.DECLINE
    if saved >= policy.review_threshold and (saved > 0 or gentler_tie):
        action = Action.REVIEW
    return action, [round(approve), round(review), round(decline)]


@given(policies, st.integers(0, MILLION), money)
@example(Policy(9 * MILLION, 0, 0), MILLION, LARGEST_AMOUNT)
@example(Policy(MILLION, 800, 300), 500_000, 1)
def test_every_choice_is_the_one_that_exact_fractions_make(
    policy: Policy, score: int, amount: int
) -> None:
    assert decided(policy, score, amount) == expected(policy, score, amount)


@given(close_policies, st.sampled_from([0, 250_000, 500_000, 750_000, MILLION]), small)
def test_ties_are_broken_as_exact_fractions_break_them(
    policy: Policy, score: int, amount: int
) -> None:
    assert decided(policy, score, amount) == expected(policy, score, amount)


def test_the_documented_sample_is_declined_at_the_documented_costs() -> None:
    policy = Policy.of(Costs(1.0, false_decline=800, review=300))
    assert decided(policy, 931_200, 51_230) == (Action.DECLINE, [47_705, 300, 55])


def test_a_tie_between_all_three_actions_approves() -> None:
    policy = Policy(MILLION, false_decline=100, review=50)
    assert decided(policy, 500_000, 100)[0] is Action.APPROVE


def test_a_tie_between_review_and_decline_reviews() -> None:
    policy = Policy(MILLION, false_decline=100, review=50)
    assert decided(policy, 500_000, 1_000)[0] is Action.REVIEW


def test_a_review_that_saves_less_than_the_threshold_is_not_asked_for() -> None:
    costs = Costs(1.0, false_decline=800, review=300)
    assert decided(Policy.of(costs, 100), 500_000, 5_000)[0] is Action.REVIEW
    assert decided(Policy.of(costs, 101), 500_000, 5_000)[0] is Action.DECLINE


@pytest.mark.parametrize("score, amount", [(-1, 0), (MILLION + 1, 0), (0, -1), (0, 10**12 + 1)])
def test_a_score_or_amount_out_of_bounds_is_refused(score: int, amount: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        decided(Policy(MILLION, 800, 300), score, amount)


def test_costs_out_of_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match="loss given fraud"):
        Policy(9 * MILLION + 1, 0, 0)
    with pytest.raises(ValueError, match="costs"):
        Policy(MILLION, -1, 0)


@given(policies, policies)
def test_versions_differ_exactly_where_policies_do(one: Policy, other: Policy) -> None:
    assert (one.version == other.version) == (one == other)


scored = st.lists(st.tuples(st.integers(0, MILLION), st.integers(0, 100_000)), min_size=1)


@given(close_policies, scored, st.integers(0, 10))
def test_the_fitted_threshold_is_the_smallest_that_keeps_to_the_capacity(
    policy: Policy, events: list[tuple[int, int]], reviews: int
) -> None:
    scores = np.array([score for score, _ in events])
    amounts = np.array([amount for _, amount in events])

    def asked(threshold: int) -> int:
        fitted = Policy(policy.loss_given_fraud, policy.false_decline, policy.review, threshold)
        return int((price(fitted, scores, amounts)[0] == Action.REVIEW).sum())

    threshold = review_threshold(policy, scores, amounts, reviews)
    assert asked(threshold) <= reviews
    assert (
        threshold == 0
        or (savings(policy, scores, amounts) >= (threshold - 1) * MILLION).sum() > reviews
    )
