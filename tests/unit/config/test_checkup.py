"""Each check answers, and a missing thing names its cure."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from fraudstream.config import Settings, checkup
from fraudstream.config.checkup import Finding, examine


def _named(name: str, settings: Settings) -> Finding:
    return next(finding for finding in examine(settings) if finding.name == name)


def test_on_a_machine_that_is_set_up_python_and_packages_are_there(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert _named("python", settings).ok
    assert _named("packages", settings).ok


def test_a_port_that_is_taken_is_missing(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = Settings.model_validate({"home": tmp_path, "run": {"http": address}})
        finding = _named("port", settings)
    assert not finding.ok
    assert "--http" in finding.mend


def test_a_package_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup, "PACKAGES", ("numpy", "no_such_package"))
    finding = _named("packages", Settings(home=tmp_path))
    assert (finding.ok, finding.detail) == (False, "without no_such_package")


def test_a_full_disk_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "MIN_DISK", 1 << 60)
    assert not _named("disk", Settings(home=tmp_path)).ok


def test_a_home_that_is_not_there_yet_is_no_problem_and_is_not_made(tmp_path: Path) -> None:
    assert _named("home", Settings(home=tmp_path / "a" / "b")).ok
    assert not (tmp_path / "a").exists()
