"""What is missing is named with the command that installs it, or installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.errors import NotInstalled
from fraudstream.stack import packages
from fraudstream.stack.packages import Package

HERE = Package("bash", "a shell", lambda: True)
ABSENT = (
    Package("one-server", "the one server", lambda: False),
    Package("other-server", "the other server", lambda: False),
)
FAKE_APT = """#!/bin/sh
echo "$DEBIAN_FRONTEND $RUNLEVEL $@" >> {said}
exit {code}
"""


def apt(folder: Path, code: int, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an apt-get on the path that only notes what it is asked."""
    said, fake = folder / "said", folder / "apt-get"
    fake.write_text(FAKE_APT.format(said=said, code=code))
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return said


def test_everything_that_is_missing_is_named_at_once_with_one_command() -> None:
    with pytest.raises(NotInstalled) as refused:
        packages.need(HERE, *ABSENT)
    assert str(refused.value) == (
        "error[not-installed]: 2 of the programs that this needs are not installed.\n"
        "  the one server (Debian: one-server)\n"
        "  the other server (Debian: other-server)\n"
        "Install them: sudo apt-get install -y one-server other-server"
    )


def test_nothing_is_said_where_everything_is_there() -> None:
    packages.need(HERE)
    assert packages.missing([HERE, *ABSENT]) == list(ABSENT)


def test_packages_are_installed_without_questions_and_without_starting_their_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    said = apt(tmp_path, 0, monkeypatch)
    packages.install(ABSENT)
    update, install = said.read_text().splitlines()
    assert update.startswith("noninteractive 1 update")
    assert install.startswith("noninteractive 1 install -y")
    assert install.endswith("one-server other-server")


def test_a_refused_installation_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    apt(tmp_path, 100, monkeypatch)
    with pytest.raises(NotInstalled, match="sudo apt-get install -y one-server other-server"):
        packages.install(ABSENT)


@pytest.mark.parametrize(
    ("user", "ci", "may"), [(0, "", True), (1000, "true", True), (1000, "", False)]
)
def test_packages_are_installed_unasked_only_as_root_or_in_ci(
    user: int, ci: str, may: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt(tmp_path, 0, monkeypatch)
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setenv("CI", ci)
    assert packages.may_install() is may
