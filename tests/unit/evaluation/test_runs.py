"""What is trained on, what is tested on, and that nothing is known too early."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.evaluation.histories import DAY, Trainer, telling_history

from fraudstream.errors import InputInvalid
from fraudstream.evaluation import Attacks, Study, evaluate_holdout, evaluate_model
from fraudstream.evaluation.study import part_of
from fraudstream.schema import builtin
from fraudstream.training import FOREVER, UNKNOWN

PRESET = builtin("handbook")


def test_the_first_part_is_learned_from_with_what_was_known_then() -> None:
    trainer, dataset = Trainer(), telling_history(days=40)
    evaluate_holdout(Study(dataset, PRESET), trainer)
    [learned] = trainer.given
    moment = 28 * DAY
    assert learned.arrivals.max() <= moment
    assert learned.labels.known_ats.max() <= moment
    known = learned.known_by(learned.end)
    assert (known[learned.arrivals > moment - 7 * DAY] == UNKNOWN).all()
    assert (known[learned.arrivals < moment - 8 * DAY] != UNKNOWN).all()


def test_everything_after_the_cut_is_tested() -> None:
    dataset = telling_history(days=40)
    figures = evaluate_holdout(Study(dataset, PRESET), Trainer()).figures
    first, last = dataset.arrivals[0], dataset.arrivals[-1]
    moment = first + int((last - first) * 0.7)
    assert figures["transactions"] == (dataset.arrivals > moment).sum()
    assert figures["protocol"] == "holdout"
    assert 0.9 < figures["auc"] < 1
    assert figures["baselines"]["logistic_regression"]["auc"] > 0.9
    assert set(figures["baselines"]) == {"logistic_regression", "simple_rules"}


def test_a_model_is_tested_on_what_came_after_its_training() -> None:
    dataset = telling_history(days=20)
    whole = evaluate_model(Study(dataset, PRESET), Trainer(), trained_to=-1)
    later = evaluate_model(Study(dataset, PRESET), Trainer(), trained_to=15 * DAY)
    assert whole.figures["transactions"] == len(dataset)
    assert later.figures["transactions"] == (dataset.arrivals > 15 * DAY).sum()
    assert later.figures["baselines"] == {}
    with pytest.raises(InputInvalid, match="trained on this stretch"):
        evaluate_model(Study(dataset, PRESET), Trainer(), trained_to=20 * DAY)


def test_a_test_without_the_history_before_it_says_what_is_missing() -> None:
    dataset = telling_history(days=20)
    without = evaluate_model(Study(dataset, PRESET), Trainer(), trained_to=-1)
    within = evaluate_model(Study(dataset, PRESET), Trainer(), trained_to=15 * DAY)
    assert "every window began empty" in without.text
    assert "every window began empty" not in within.text


def test_young_transactions_are_not_tested_where_labels_are_events_of_their_own() -> None:
    dataset = telling_history(days=40)
    by_now = part_of(dataset, np.arange(len(dataset)), moment=int(dataset.arrivals[-1]))
    figures = evaluate_holdout(Study(by_now, PRESET), Trainer()).figures
    assert figures["to"] < "1970-02-03"


def test_data_that_is_too_short_says_what_is_missing() -> None:
    dataset = telling_history(days=10)
    by_now = part_of(dataset, np.arange(len(dataset)), moment=int(dataset.arrivals[-1]))
    with pytest.raises(InputInvalid, match=r"label to be known \(7 days\)"):
        evaluate_holdout(Study(by_now, PRESET), Trainer())
    with pytest.raises(InputInvalid, match="no transaction"):
        evaluate_holdout(Study(part_of(dataset, np.arange(0), 0), PRESET), Trainer())


def test_a_part_knows_what_the_whole_knew_at_that_moment() -> None:
    dataset, moment = telling_history(days=20), 12 * DAY
    rows = np.flatnonzero(np.arange(len(dataset)) % 3 == 0)
    rows = rows[dataset.arrivals[rows] <= moment]
    part = part_of(dataset, rows, moment)
    assert part.known_by(moment).tolist() == dataset.known_by(moment)[rows].tolist()
    assert (part.known_by(FOREVER)[part.arrivals > moment - 7 * DAY] == 0).all()


def test_baselines_do_not_take_young_transactions_for_genuine() -> None:
    dataset, moment = telling_history(days=30, rows_a_day=200), 10 * DAY
    learned = part_of(dataset, np.flatnonzero(dataset.arrivals <= moment), moment)
    later = np.flatnonzero(dataset.arrivals > moment)
    contest = Study(dataset, PRESET).contest(learned, Trainer(), later)
    for cases in contest.baselines.values():
        assert cases.scores.mean() == pytest.approx(cases.frauds.mean(), abs=0.03)


def test_attacks_break_down_the_figures_and_are_no_feature() -> None:
    dataset = telling_history(days=40)
    frauds = dataset.known_by(FOREVER) == 1
    codes = np.where(frauds, np.arange(len(dataset)) % 2, -1)
    trainer = Trainer()
    study = Study(dataset, PRESET, Attacks(("card_testing", "bust_out"), codes))
    report = evaluate_holdout(study, trainer)
    assert set(report.figures["by_attack"]) == {"card_testing", "bust_out"}
    assert "card_testing" in report.text
    assert trainer.given[0].matrix.shape[1] == dataset.matrix.shape[1]


def test_the_text_names_model_and_baselines_and_hides_no_harm() -> None:
    text = evaluate_holdout(Study(telling_history(days=40), PRESET), Trainer()).text
    for words in ("model", "logistic regression", "simple rules", "missed", "good accounts hit"):
        assert words in text
    assert "nan" not in text.lower().split()
