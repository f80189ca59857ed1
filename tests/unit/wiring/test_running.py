"""A run from source to sinks: complete, repeatable, and with the model that was asked for."""

from __future__ import annotations

import itertools
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.unit.wiring.conftest import silent

from fraudstream.config import Settings
from fraudstream.engine import owning
from fraudstream.errors import (
    CheckpointIncompatible,
    InputInvalid,
    ModelIncompatible,
    StateInUse,
    UsageInvalid,
)
from fraudstream.wiring.asking import explained, label_status
from fraudstream.wiring.champions import all_models, promoted, rolled_back
from fraudstream.wiring.running import Tally, run_stream
from fraudstream.wiring.states import newest_state


def settings(home: Path, source: Path | str, **more: Any) -> Settings:
    run = {"source": [str(source)], "http": "off", "sink": more.pop("sink", [])}
    return Settings.model_validate({"home": home, "run": run, **more})


def run(asked: Settings) -> Tally:
    return run_stream(asked, threading.Event(), silent)


def transactions(path: Path) -> int:
    return sum("kind" not in json.loads(line) for line in path.read_text().splitlines())


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_transaction_is_decided_once_in_store_and_sink(tmp_path: Path, later: Path) -> None:
    out = tmp_path / "decisions.jsonl"
    asked = settings(tmp_path / "home", later, sink=[str(out)])
    assert run(asked).decisions == transactions(later) == len(lines(out))
    assert label_status(asked)["decided"] == transactions(later)
    assert run(asked).decisions == 0, "the second run goes on at the end"
    assert len(lines(out)) == transactions(later)


def test_without_a_model_everything_is_approved_and_says_so(tmp_path: Path, later: Path) -> None:
    out = tmp_path / "decisions.jsonl"
    tally = run(settings(tmp_path / "home", later, sink=[str(out)]))
    assert set(tally.actions.elements()) == {"approve"}
    assert {line["versions"]["model"] for line in lines(out)} == {None}


def test_a_named_model_decides_and_is_kept_in_the_registry(
    tmp_path: Path, later: Path, model_folder: Path
) -> None:
    out = tmp_path / "decisions.jsonl"
    asked = settings(tmp_path / "home", later, model=model_folder, sink=[str(out)])
    tally = run(asked)
    assert tally.actions["decline"] + tally.actions["review"] > 0
    assert {line["versions"]["model"] for line in lines(out)} == {"1"}
    assert [model["stage"] for model in all_models(asked)] == ["candidate"]
    alert = next(line for line in lines(out) if line["action"] != "approve")
    told = explained(asked, alert["transaction_id"])
    assert (told["action"], told["score"]) == (alert["action"], alert["score"])
    assert told["reasons"] == alert["reasons"]


def test_the_champion_changes_between_two_batches_without_a_restart(
    tmp_path: Path, later: Path, model_folder: Path
) -> None:
    out = tmp_path / "decisions.jsonl"
    asked = settings(tmp_path / "home", later, sink=[str(out)], engine={"max_batch": 200})

    def promote_once(stage: str, done: int, total: int) -> None:
        if not all_models(asked):
            promoted(asked, str(model_folder))

    run_stream(asked, threading.Event(), promote_once)
    versions = [line["versions"]["model"] for line in lines(out)]
    assert set(versions) == {None, "1"}
    assert versions == sorted(versions, key=lambda version: version is not None)
    with pytest.raises(UsageInvalid, match="earlier champion"):
        rolled_back(asked)


def test_standard_input_is_kept_and_decided_like_a_file(
    tmp_path: Path, later: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_file, from_pipe = tmp_path / "file.jsonl", tmp_path / "pipe.jsonl"
    run(settings(tmp_path / "one", later, sink=[str(from_file)]))
    with later.open("rb") as pipe:
        kept = os.dup(0)
        os.dup2(pipe.fileno(), 0)
        try:
            run(settings(tmp_path / "two", "-", sink=[str(from_pipe)]))
        finally:
            os.dup2(kept, 0)
            os.close(kept)
    decided = [
        [(line["transaction_id"], line["score"], line["flags"]) for line in lines(path)]
        for path in (from_file, from_pipe)
    ]
    assert decided[0] == decided[1]


def test_told_to_stop_it_stops_and_goes_on_later_where_it_was(tmp_path: Path, later: Path) -> None:
    asked = settings(tmp_path / "home", later, engine={"max_batch": 100})
    stop, batches = threading.Event(), itertools.count(1)

    def stop_after_four(stage: str, done: int, total: int) -> None:
        if next(batches) == 4:
            stop.set()

    first = run_stream(asked, stop, stop_after_four)
    assert 0 < first.decisions < transactions(later)
    assert first.decisions + run(asked).decisions == transactions(later)
    assert newest_state(asked)["batch"] >= 0


def test_another_preset_on_the_same_state_is_refused(tmp_path: Path, later: Path) -> None:
    run(settings(tmp_path / "home", later))
    with pytest.raises(CheckpointIncompatible):
        run(settings(tmp_path / "home", later, preset="classic"))


def test_a_model_of_another_preset_is_refused(
    tmp_path: Path, later: Path, model_folder: Path
) -> None:
    with pytest.raises(ModelIncompatible, match="was trained on features"):
        run(settings(tmp_path / "home", later, preset="classic", model=model_folder))


def test_two_runs_on_one_home_are_refused(tmp_path: Path, later: Path) -> None:
    (tmp_path / "home").mkdir()
    with owning(tmp_path / "home"), pytest.raises(StateInUse):
        run(settings(tmp_path / "home", later))


@pytest.mark.parametrize(
    ("place", "error"),
    [
        ("none.jsonl", InputInvalid),
        ("kafka://host", UsageInvalid),
        ("ftp://host/file", UsageInvalid),
    ],
)
def test_a_source_that_cannot_be_opened_is_told_as_what_it_is(
    tmp_path: Path, place: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        run(settings(tmp_path / "home", place))


def test_no_source_and_two_sources_are_usage_errors(tmp_path: Path) -> None:
    for sources in ([], ["a.jsonl", "b.jsonl"]):
        asked = Settings.model_validate({"home": tmp_path, "run": {"source": sources}})
        with pytest.raises(UsageInvalid, match="source"):
            run(asked)


def test_a_sink_of_an_unknown_kind_is_a_usage_error(tmp_path: Path, later: Path) -> None:
    with pytest.raises(UsageInvalid, match=r"\.xlsx"):
        run(settings(tmp_path / "home", later, sink=["decisions.xlsx"]))
