"""Java libraries are fetched once, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.errors import NotInstalled, NotReachable
from fraudstream.stack.jars import fetched

COORDINATES = ("org.example:broker:4.2", "org.example:logging:2.25")
FAKE_MAVEN = """#!/bin/sh
echo called >> {folder}/calls
for word; do case $word in
  -DoutputDirectory=*) mkdir -p "${{word#*=}}"; touch "${{word#*=}}/broker.jar";;
  *pom.xml) cp "$word" {folder}/pom.xml;;
esac; done
echo '[ERROR] no such library'
exit {code}
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "fraudstream" / "jars"


def maven(folder: Path, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = folder / "mvn"
    fake.write_text(FAKE_MAVEN.format(folder=folder, code=code))
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_maven_is_asked_only_the_first_time(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maven(tmp_path, 0, monkeypatch)
    first = fetched("broker", COORDINATES)
    assert fetched("broker", COORDINATES) == first == cache / "broker-4.2+2.25"
    assert [path.name for path in first.iterdir()] == ["broker.jar"]
    assert (tmp_path / "calls").read_text() == "called\n"
    pom = (tmp_path / "pom.xml").read_text()
    assert "<artifactId>broker</artifactId><version>4.2</version>" in pom


def test_a_failure_leaves_nothing_half_fetched(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maven(tmp_path, 1, monkeypatch)
    with pytest.raises(NotReachable, match="no such library"):
        fetched("broker", COORDINATES)
    assert [path.name for path in cache.iterdir()] == ["lock"]


def test_without_maven_the_command_that_installs_it_is_named(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="apt-get install -y maven"):
        fetched("broker", COORDINATES)
