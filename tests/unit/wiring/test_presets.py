"""Presets by name and path, and files to begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.errors import InputInvalid, PresetInvalid, UsageInvalid
from fraudstream.wiring.presets import builtin_presets, draft_preset, preset_named


def test_the_default_preset_comes_first() -> None:
    assert [preset.name for preset in builtin_presets()] == ["payments", "classic", "handbook"]


def test_a_name_that_is_nearly_right_is_guessed() -> None:
    with pytest.raises(UsageInvalid, match='did you mean "payments"'):
        preset_named("payment")


def test_a_copy_of_a_shipped_preset_reads_as_the_same_preset(tmp_path: Path) -> None:
    for preset in builtin_presets():
        path = tmp_path / f"{preset.name}.toml"
        draft_preset(path, preset.name)
        assert preset_named(str(path)) == preset


def test_a_copy_never_replaces_a_file(tmp_path: Path) -> None:
    (tmp_path / "bank.toml").write_text("mine")
    with pytest.raises(UsageInvalid, match="exists already"):
        draft_preset(tmp_path / "bank.toml", "classic")
    assert (tmp_path / "bank.toml").read_text() == "mine"


def test_a_missing_file_of_rates_is_a_problem_of_the_preset(tmp_path: Path) -> None:
    draft_preset(tmp_path / "bank.toml", "payments")
    (tmp_path / "rates.csv").unlink()
    with pytest.raises(PresetInvalid, match=r"rates\.csv"):
        preset_named(str(tmp_path / "bank.toml"))


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_preset_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bank.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputInvalid, match=r"bank\.toml"):
        preset_named(str(path))
