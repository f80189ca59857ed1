"""Models know what was known, are the same each time, and refuse to learn from too little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fraudstream.decisions import Action, Policy, price
from fraudstream.errors import InputInvalid
from fraudstream.schema import Costs
from fraudstream.training import UNKNOWN, Dataset, Labels, Settings, split_of, train

DAY = 86_400_000
START = 1_700_000_000_000
SETTINGS = Settings(trees=60, bins=63, threads=1)


def dataset(
    rows: int = 6_000, days: int = 60, share: float = 0.03, delay: int = 3 * DAY, seed: int = 3
) -> Dataset:
    """Two features, of which one tells fraud apart; frauds are reported ``delay`` ms later."""
    chance = np.random.default_rng(seed)
    frauds = chance.random(rows) < share
    matrix = chance.normal(size=(rows, 2)).astype(np.float32)
    matrix[:, 0] += 2.5 * frauds
    arrivals = START + np.arange(rows, dtype=np.int64) * (days * DAY // rows)
    ids = np.stack([np.arange(rows), np.arange(rows)], axis=1).astype(np.uint64)
    told = np.flatnonzero(frauds)
    return Dataset(
        names=("signal", "noise"),
        features_fingerprint="0badcafe",
        kernel="0",
        maturity=7 * DAY,
        matrix=matrix,
        event_times=arrivals,
        arrivals=arrivals,
        amounts=chance.integers(100, 100_000, rows),
        ids=ids,
        accounts=ids[:, 0] % 50,
        partitions=np.zeros(rows, np.int32),
        offsets=np.arange(rows, dtype=np.int64),
        labels=Labels(told, ids[told], np.ones(len(told), np.int8), arrivals[told] + delay),
    )


def silent(stage: str, done: int, total: int) -> None:
    """No progress."""


def test_a_model_tells_fraud_apart_and_says_how_well() -> None:
    data = dataset()
    model = train(data, Costs(), SETTINGS, silent)
    assert model.facts.metrics["auc"] > 0.85
    known = data.known_by(1 << 60) == 1
    scores = model.score(data.matrix.astype(np.float64))
    assert scores[known].mean() > 5 * scores[~known].mean()


def test_probabilities_are_calibrated_on_what_the_trial_never_saw() -> None:
    model = train(dataset(rows=20_000), Costs(), SETTINGS, silent)
    fresh = dataset(rows=20_000, seed=4)
    found = model.score(fresh.matrix.astype(np.float64)).mean() / 1e6
    assert found == pytest.approx((fresh.known_by(1 << 60) == 1).mean(), rel=0.15)


def test_reviews_keep_within_the_capacity_of_the_days_that_were_tested() -> None:
    """Rows younger than a label takes are not tested, so their days bring no capacity."""
    data, costs = dataset(rows=20_000, share=0.1), Costs(false_decline=1_000_000, reviews_per_day=5)
    model = train(data, costs, SETTINGS, silent)
    fresh = dataset(rows=20_000, share=0.1, seed=4)
    scores = model.score(fresh.matrix.astype(np.float64))
    actions, _ = price(Policy.of(costs, model.review_threshold), scores, fresh.amounts)
    assert (actions == Action.REVIEW).sum() / 60 == pytest.approx(5, rel=0.3)


def test_the_same_data_gives_the_same_model_whatever_the_threads() -> None:
    data = dataset()
    one = train(data, Costs(), SETTINGS, silent).to_files()
    assert train(data, Costs(), replace(SETTINGS, threads=2), silent).to_files() == one
    assert train(data, Costs(), replace(SETTINGS, seed=2), silent).to_files() != one


def test_a_label_that_comes_after_the_end_changes_nothing() -> None:
    data = dataset()
    last = data.arrivals[-1]
    extra = Labels(
        np.array([5]), data.ids[5:6], np.array([1], np.int8), np.array([last + 90 * DAY])
    )
    later = data.with_labels(extra)
    assert np.array_equal(later.known_by(int(last)), data.known_by(int(last)))
    assert later.known_by(int(last) + 90 * DAY)[5] == 1


def test_a_label_that_came_before_its_transaction_tells_nothing_until_that_arrives() -> None:
    data = dataset()
    arrival = int(data.arrivals[5])
    early = Labels(np.array([5]), data.ids[5:6], np.array([1], np.int8), np.array([START - DAY]))
    told = data.with_labels(early)
    assert told.known_by(arrival - 1)[5] == UNKNOWN
    assert told.known_by(arrival)[5] == 1


def test_the_trial_learns_only_what_was_known_before_its_test() -> None:
    data = dataset(delay=10 * DAY)
    split = split_of(data, 0.3)
    frauds = np.flatnonzero(data.known_by(1 << 60) == 1)
    unreported = frauds[
        (data.arrivals[frauds] <= split.moment) & (data.arrivals[frauds] + 10 * DAY > split.moment)
    ]
    assert len(unreported)
    assert not (split.known[unreported] == 1).any()


def test_a_young_transaction_without_a_label_is_not_taken_for_genuine() -> None:
    data = dataset()
    end = int(data.arrivals[-1])
    young = data.arrivals > end - data.maturity
    unlabelled = data.known_by(1 << 60) == 0
    assert (data.known_by(end)[young & unlabelled] == UNKNOWN).all()
    assert (data.known_by(end)[~young & unlabelled] == 0).all()


def without_labels(data: Dataset) -> Dataset:
    return replace(data, labels=Labels.empty())


def all_fraud(data: Dataset) -> Dataset:
    rows = np.arange(len(data))
    told = Labels(rows, data.ids, np.ones(len(data), np.int8), data.arrivals)
    return replace(data, labels=told)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (without_labels(dataset(rows=200)), "no transaction in this data is labelled"),
        (dataset(rows=300), "too few to learn"),
        (all_fraud(dataset(rows=300)), "every labelled transaction is fraud"),
        (dataset(delay=45 * DAY), "too few to check a model by"),
    ],
    ids=["no labels", "few frauds", "only fraud", "labels too late"],
)
def test_too_little_to_learn_from_is_said_in_words(data: Dataset, told: str) -> None:
    with pytest.raises(InputInvalid, match=told):
        train(data, Costs(), SETTINGS, silent)


def test_a_review_must_save_more_where_reviewers_are_few() -> None:
    data = dataset(rows=20_000)
    many = train(data, Costs(review=1, reviews_per_day=10_000), SETTINGS, silent)
    few = train(data, Costs(review=1, reviews_per_day=1), SETTINGS, silent)
    assert many.review_threshold == 0
    assert few.review_threshold > 0
