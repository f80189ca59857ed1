"""State is checked against preset and journal, and made anew for features that were changed."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.unit.wiring.conftest import silent

from fraudstream.config import Settings
from fraudstream.engine import FileCheckpoints
from fraudstream.errors import CheckFailed, CheckpointIncompatible, InputInvalid
from fraudstream.schema import builtin_file, builtin_text
from fraudstream.wiring.running import run_stream
from fraudstream.wiring.states import newest_state, rebuilt, verified
from fraudstream.wiring.stores import opened_reader

MORE = """
[[features]]
entity = ["account"]
windows = ["2h"]
aggregates = ["count", "max(amount)"]
"""


def settings(home: Path, source: Path, preset: str) -> Settings:
    run = {"source": [str(source)], "http": "off"}
    return Settings.model_validate({"home": home, "run": run, "preset": preset})


def run(asked: Settings) -> None:
    run_stream(asked, threading.Event(), silent)


def rebuild(asked: Settings) -> dict[str, Any]:
    return rebuilt(asked, threading.Event(), silent)


def decided(asked: Settings, ids: set[str] | None = None) -> dict[str, Any]:
    query = "select transaction_id, features, flags, coverage from transactions"
    with opened_reader(asked) as reader:
        rows = {row.pop("transaction_id"): row for row in reader.rows(query)}
    return {name: row for name, row in rows.items() if ids is None or name in ids}


@pytest.fixture
def halves(later: Path, tmp_path: Path) -> tuple[Path, bytes]:
    """A log with the first half of the messages, and the second half."""
    messages = later.read_bytes().splitlines(keepends=True)
    middle = len(messages) // 2
    log = tmp_path / "log.jsonl"
    log.write_bytes(b"".join(messages[:middle]))
    return log, b"".join(messages[middle:])


@pytest.fixture
def more_features(tmp_path: Path) -> str:
    (tmp_path / "bank.toml").write_text(builtin_text("payments") + MORE)
    (tmp_path / "rates.csv").write_text(builtin_file("rates.csv"))
    return str(tmp_path / "bank.toml")


def test_a_state_that_was_made_anew_decides_as_if_the_features_had_always_been_there(
    tmp_path: Path, halves: tuple[Path, bytes], more_features: str
) -> None:
    log, rest = halves
    run(settings(tmp_path / "home", log, "payments"))
    before = decided(settings(tmp_path / "home", log, "payments"))
    changed = settings(tmp_path / "home", log, more_features)
    with pytest.raises(CheckpointIncompatible, match="rebuild"):
        run(changed)
    rebuild(changed)
    with log.open("ab") as file:
        file.write(rest)
    run(changed)
    always = settings(tmp_path / "always", log, more_features)
    (tmp_path / "always").mkdir()
    (tmp_path / "always" / "secret").write_bytes((tmp_path / "home" / "secret").read_bytes())
    run(always)
    new = decided(changed).keys() - before.keys()
    assert new
    assert decided(changed, new) == decided(always, new)
    assert decided(changed, set(before)) == before, "decisions already made stay"


def test_a_state_fits_its_preset_and_its_journal(tmp_path: Path, later: Path) -> None:
    asked = settings(tmp_path / "home", later, "payments")
    run(asked)
    assert verified(asked) == {**newest_state(asked), "batches_to_compute_at_start": 0}


def test_a_state_of_other_features_is_told(tmp_path: Path, later: Path, more_features: str) -> None:
    run(settings(tmp_path / "home", later, "payments"))
    with pytest.raises(CheckpointIncompatible, match="state rebuild"):
        verified(settings(tmp_path / "home", later, more_features))


def test_a_state_that_the_journal_does_not_know_is_told(tmp_path: Path, later: Path) -> None:
    asked = settings(tmp_path / "home", later, "payments")
    run(asked)
    kept = FileCheckpoints(tmp_path / "home" / "checkpoints")
    newest = kept.newest()
    assert newest is not None
    kept.save(dataclasses.replace(newest, meta={"entry": "another"}))
    with pytest.raises(CheckFailed, match="journal"):
        verified(asked)


def test_without_a_state_there_is_nothing_to_verify_or_to_make_anew(
    tmp_path: Path, later: Path
) -> None:
    asked = settings(tmp_path / "home", later, "payments")
    with pytest.raises(CheckFailed, match="nothing was decided"):
        verified(asked)
    with pytest.raises(InputInvalid, match="journal is empty"):
        rebuild(asked)
