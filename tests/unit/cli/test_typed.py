"""Commands that are printed can be typed as printed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fraudstream.cli.typed import typed

DEMO = Path(".fraudstream") / "demo"


@pytest.fixture(autouse=True)
def a_demo_has_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["fraudstream"])
    DEMO.mkdir(parents=True)
    (DEMO / "store.duckdb").touch()


def test_where_only_a_demo_has_decided_explain_finds_it_by_itself() -> None:
    assert typed("explain", "tx_1", home=DEMO) == "fraudstream explain tx_1"


def test_beside_decisions_of_the_users_own_the_demo_is_named() -> None:
    (DEMO.parent / "store.duckdb").touch()
    assert typed("explain", "tx_1", home=DEMO).endswith("tx_1 --home .fraudstream/demo")


def test_another_home_is_named_and_quoted() -> None:
    said = typed("explain", "tx_1", home=Path("my bank") / "demo")
    assert said == "fraudstream explain tx_1 --home 'my bank/demo'"


def test_the_program_is_named_as_it_was_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called = Path(".venv") / "bin" / "fraudstream"
    called.parent.mkdir(parents=True)
    called.touch(mode=0o755)
    for argument in (called, called.resolve()):
        monkeypatch.setattr(sys, "argv", [str(argument)])
        assert typed("explain", "tx_1", home=DEMO) == ".venv/bin/fraudstream explain tx_1"
    monkeypatch.setenv("PATH", str(called.parent.resolve()))
    assert typed("explain", "tx_1", home=DEMO) == "fraudstream explain tx_1"
    monkeypatch.setattr(sys, "argv", ["/somewhere/fraudstream/__main__.py"])
    assert typed("run", home=DEMO).split() == [sys.executable, "-m", "fraudstream", "run"]
