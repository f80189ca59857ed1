"""The home folder and the secret in it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fraudstream.config import Home
from fraudstream.errors import SettingsInvalid, StorageFailed


def test_the_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    first = Home(tmp_path / "home").secret()
    assert len(first) >= 16
    assert Home(tmp_path / "home").secret() == first


def test_two_homes_have_different_secrets(tmp_path: Path) -> None:
    assert Home(tmp_path / "a").secret() != Home(tmp_path / "b").secret()


def test_only_the_owner_may_read_the_secret_and_the_folder(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.secret()
    assert stat.S_IMODE((home.folder / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_a_given_secret_wins_and_nothing_is_written(tmp_path: Path) -> None:
    assert Home(tmp_path / "home").secret("0123456789abcdef") == b"0123456789abcdef"
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("content", ["", "short"])
def test_a_truncated_secret_is_refused_not_used(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret").write_text(content)
    with pytest.raises(SettingsInvalid, match="shorter than 16 bytes"):
        Home(tmp_path).secret()


def test_a_home_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="home folder"):
        Home(tmp_path / "file" / "home").made()
