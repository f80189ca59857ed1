from __future__ import annotations

import json

import numpy as np
import pytest
from tests.unit.scoring.forests import made_up
from tests.unit.scoring.models import NAMES, model

from fraudstream.errors import ModelIncompatible
from fraudstream.scoring import MICRO, Model, Scorer, check


def test_a_model_survives_its_files() -> None:
    matrix, _ = made_up(500)
    before = model()
    after = Model.from_files(before.to_files())
    assert after.version == before.version
    assert after.facts == before.facts
    assert np.array_equal(after.score(matrix), before.score(matrix))
    assert after.to_files() == before.to_files()


def test_a_model_is_a_scorer_of_probabilities_in_millionths() -> None:
    scorer: Scorer = model()
    matrix, labels = made_up(500)
    scores = scorer.score(matrix)
    assert scores.dtype == np.int64
    assert 0 <= scores.min() < scores.max() <= MICRO
    assert scores[labels == 1].mean() > 2 * scores[labels == 0].mean()


def test_a_score_does_not_depend_on_the_rows_around_it() -> None:
    matrix, _ = made_up(100)
    alone = [int(model().score(matrix[k : k + 1])[0]) for k in range(len(matrix))]
    assert model().score(matrix).tolist() == alone


def test_the_version_changes_with_the_content_and_with_nothing_else() -> None:
    assert model().version == model().version
    assert model(review_threshold=121).version != model().version
    assert len(model().version) == 8


def test_a_registered_number_becomes_the_version_and_the_content_stays_known() -> None:
    numbered = model().numbered("7")
    assert (numbered.version, numbered.content) == ("7", model().version)


@pytest.mark.parametrize("name", ["model.txt", "model.json"])
def test_a_model_without_one_of_its_files_is_refused_by_that_name(name: str) -> None:
    files = model().to_files()
    del files[name]
    with pytest.raises(ModelIncompatible, match=name):
        Model.from_files(files)


@pytest.mark.parametrize("name", ["model.txt", "model.json"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_model_with_a_cut_off_file_is_refused(name: str, share: float) -> None:
    files = model().to_files()
    files[name] = files[name][: int(share * len(files[name]))]
    with pytest.raises(ModelIncompatible, match="damaged") as refused:
        Model.from_files(files)
    assert refused.value.advice


def test_every_single_changed_digit_of_the_forest_is_noticed() -> None:
    files = model().to_files()
    files["model.txt"] = files["model.txt"].replace(b"7", b"8", 1)
    with pytest.raises(ModelIncompatible, match="hash"):
        Model.from_files(files)


def test_a_fact_changed_by_hand_is_noticed() -> None:
    files = model().to_files()
    files["model.json"] = files["model.json"].replace(
        b'"review_threshold": 120', b'"review_threshold": 0'
    )
    with pytest.raises(ModelIncompatible, match="changed after training"):
        Model.from_files(files)


def test_a_model_of_another_layout_is_refused_with_both_numbers() -> None:
    files = model().to_files()
    files["model.json"] = json.dumps(json.loads(files["model.json"]) | {"layout": 9}).encode()
    with pytest.raises(ModelIncompatible, match=r"layout 9; .* layout 1"):
        Model.from_files(files)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b"{}", b'{"layout": "x"}', b"null"])
def test_files_that_are_no_model_are_refused(content: bytes) -> None:
    with pytest.raises(ModelIncompatible):
        Model.from_files({"model.txt": content, "model.json": content})


def test_usual_values_are_missing_where_training_had_none() -> None:
    assert model().usual[:2] == (0.0, 1.0)
    assert np.isnan(model().usual[7])


def test_the_card_says_what_the_model_is() -> None:
    card = model().to_files()["card.md"].decode()
    for said in (model().version, "a81c09d2", "3,000", "90", "1970-01-02", "auc", "learning_rate"):
        assert said in card


def test_a_model_of_the_running_features_passes_the_check() -> None:
    check(model(), "a81c09d2", NAMES)


def test_a_model_of_other_features_is_refused_naming_those_that_differ() -> None:
    with pytest.raises(ModelIncompatible) as refused:
        check(model(), "ffffffff", ("f0", "f9", *NAMES[2:]))
    said = str(refused.value)
    assert 'needs "f1"' in said
    assert 'has "f9"' in said
    assert "fraudstream train" in said


def test_features_of_the_same_names_but_another_meaning_are_refused() -> None:
    with pytest.raises(ModelIncompatible, match="names are the same"):
        check(model(), "ffffffff", NAMES)
    with pytest.raises(ModelIncompatible, match="another order"):
        check(model(), "a81c09d2", NAMES[::-1])


def test_a_long_list_of_differences_is_cut_short() -> None:
    with pytest.raises(ModelIncompatible, match="and 6 more differences"):
        check(model(), "ffffffff", tuple(f"g{k}" for k in range(8)))


def test_facts_that_do_not_fit_the_forest_are_refused() -> None:
    with pytest.raises(ModelIncompatible, match="names 1"):
        model(feature_names=("f0",), usual=(None,))
