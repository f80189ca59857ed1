from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from tests.unit.scoring.forests import made_up
from tests.unit.scoring.models import model

from fraudstream.errors import (
    FraudstreamError,
    InputInvalid,
    ModelIncompatible,
    StorageFailed,
    UsageInvalid,
)
from fraudstream.scoring import Model
from fraudstream.stores.models import load_model, save_model


@pytest.fixture(scope="module")
def saved() -> Model:
    return model()


def test_a_model_comes_back_from_its_folder_as_it_was(tmp_path: Path, saved: Model) -> None:
    matrix, _ = made_up(200)
    save_model(tmp_path / "new" / "model", saved)
    loaded = load_model(tmp_path / "new" / "model")
    assert loaded.version == saved.version
    assert np.array_equal(loaded.score(matrix), saved.score(matrix))


def test_a_folder_holds_a_forest_facts_and_a_card_and_nothing_else(
    tmp_path: Path, saved: Model
) -> None:
    save_model(tmp_path / "model", saved)
    assert sorted(os.listdir(tmp_path)) == ["model"]
    assert sorted(os.listdir(tmp_path / "model")) == ["card.md", "model.json", "model.txt"]


def test_saving_twice_writes_the_same_bytes(tmp_path: Path, saved: Model) -> None:
    for name in ("a", "b"):
        save_model(tmp_path / name, saved)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_parameters_of_every_kind_survive_the_folder(tmp_path: Path) -> None:
    parameters = {"trees": 300, "rate": 0.5, "whole": 5.0, "exact": True, "objective": "binary"}
    save_model(tmp_path / "model", model(parameters=parameters))
    found = load_model(tmp_path / "model").facts.parameters
    assert found == parameters
    assert [type(value) for value in found.values()] == [int, float, float, bool, str]


def test_a_newer_model_takes_the_place_of_an_older_one(tmp_path: Path, saved: Model) -> None:
    newer = model(review_threshold=7)
    save_model(tmp_path / "model", saved)
    save_model(tmp_path / "model", newer)
    assert load_model(tmp_path / "model").version == newer.version
    assert os.listdir(tmp_path) == ["model"]


def test_what_is_not_a_model_is_never_replaced(tmp_path: Path, saved: Model) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "precious.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("notes", "file"):
        with pytest.raises(UsageInvalid, match="is not a model"):
            save_model(tmp_path / name, saved)
    assert (tmp_path / "notes" / "precious.txt").read_text() == "mine"
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("broken", ["fsync", "mkdir"])
def test_a_full_disk_leaves_the_older_model_as_it_was(
    tmp_path: Path, saved: Model, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    save_model(tmp_path / "model", saved)
    with monkeypatch.context() as patch:
        patch.setattr(os, broken, full)
        with pytest.raises(StorageFailed, match="space"):
            save_model(tmp_path / "model", model(review_threshold=7))
    assert load_model(tmp_path / "model").version == saved.version


def test_a_draft_that_a_crash_left_is_no_obstacle(tmp_path: Path, saved: Model) -> None:
    draft = tmp_path / f".model.new-{os.getpid()}"
    draft.mkdir()
    (draft / "model.txt").write_text("half")
    save_model(tmp_path / "model", saved)
    assert load_model(tmp_path / "model").version == saved.version


def test_a_path_without_a_model_is_told_from_a_damaged_one(tmp_path: Path, saved: Model) -> None:
    (tmp_path / "file").write_text("no folder")
    for name in ("nothing", "file"):
        with pytest.raises(InputInvalid, match="no model") as missing:
            load_model(tmp_path / name)
        assert "fraudstream train" in missing.value.advice
    save_model(tmp_path / "model", saved)
    (tmp_path / "model" / "model.json").unlink()
    with pytest.raises(ModelIncompatible, match=r"model\.json"):
        load_model(tmp_path / "model")


@pytest.mark.parametrize("name", ["model.txt", "model.json"])
def test_a_file_cut_off_anywhere_is_refused_with_advice(
    tmp_path: Path, saved: Model, name: str
) -> None:
    save_model(tmp_path / "model", saved)
    file = tmp_path / "model" / name
    whole = file.read_bytes()
    last = len(whole) - 2  # the newline that ends model.json means nothing
    for size in sorted({0, 1, 2, last, *np.linspace(0, last, 60).astype(int).tolist()}):
        file.write_bytes(whole[:size])
        with pytest.raises(ModelIncompatible, match="damaged") as refused:
            load_model(tmp_path / "model")
        assert refused.value.advice


@pytest.mark.parametrize("name", ["model.txt", "model.json"])
def test_a_changed_byte_is_noticed_or_means_nothing(
    tmp_path: Path, saved: Model, name: str
) -> None:
    save_model(tmp_path / "model", saved)
    file = tmp_path / "model" / name
    whole = file.read_bytes()
    for at in np.linspace(0, len(whole) - 1, 120).astype(int).tolist():
        for changed in (whole[at] ^ 1, 0xFF, 0x00):
            file.write_bytes(whole[:at] + bytes([changed]) + whole[at + 1 :])
            try:
                loaded = load_model(tmp_path / "model")
            except FraudstreamError as error:
                assert error.name == "model-incompatible"
            else:
                assert loaded.to_files() == saved.to_files()


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\x80\x04pickle", b"9" * 5000, b'{"a":1}'])
def test_foreign_files_of_the_right_names_are_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("model.txt", "model.json"):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelIncompatible):
        load_model(tmp_path)
