"""Evaluation of a file: which model, on which part, with which attacks told apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.wiring.conftest import QUICK, silent

from fraudstream.errors import InputInvalid, ModelIncompatible
from fraudstream.schema import builtin
from fraudstream.scoring import Model
from fraudstream.simulator import ATTACKS
from fraudstream.wiring.history import History, Reading
from fraudstream.wiring.measuring import measure


def test_a_model_is_not_measured_by_what_it_was_trained_on(history: Path, model: Model) -> None:
    with pytest.raises(InputInvalid, match="was trained on this stretch"):
        measure(Reading(builtin("payments"), History(history)), "holdout", model, silent)


def test_a_model_of_other_features_is_refused(later: Path, model: Model) -> None:
    with pytest.raises(ModelIncompatible):
        measure(Reading(builtin("classic"), History(later)), "holdout", model, silent)


def test_attacks_that_the_data_tells_of_get_a_line_each(history: Path) -> None:
    reading = Reading(builtin("payments"), History(history))
    report = measure(reading, "holdout", None, silent, QUICK)
    assert set(report.figures["by_attack"]) <= set(ATTACKS)
    assert len(report.figures["by_attack"]) > 3
    assert 0.5 < report.figures["auc"] <= 1
    assert report.figures["protocol"] == "holdout"
