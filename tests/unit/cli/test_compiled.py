"""Compiled code is kept apart by version, and never where the user said otherwise."""

from __future__ import annotations

from pathlib import Path

from fraudstream.cli.compiled import keep_compiled


def test_compiled_code_is_kept_in_a_folder_of_its_version(tmp_path: Path) -> None:
    environment = {"XDG_CACHE_HOME": str(tmp_path)}
    keep_compiled(environment)
    folder = Path(environment["NUMBA_CACHE_DIR"])
    assert folder.parent == tmp_path / "fraudstream"
    assert folder.is_dir()


def test_a_folder_that_the_user_chose_stays() -> None:
    environment = {"NUMBA_CACHE_DIR": "/elsewhere"}
    keep_compiled(environment)
    assert environment == {"NUMBA_CACHE_DIR": "/elsewhere"}


def test_without_a_place_to_write_nothing_is_set(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    environment = {"XDG_CACHE_HOME": str(tmp_path / "file")}
    keep_compiled(environment)
    assert "NUMBA_CACHE_DIR" not in environment
