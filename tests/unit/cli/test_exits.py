"""How commands end: codes, one paragraph for people, no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fraudstream.cli import exits
from fraudstream.errors import CheckFailed, InputInvalid, Problem


def _ending(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(arguments: object) -> int:
        raise error

    monkeypatch.setattr(exits, "_invoke", fail)


def test_a_known_error_is_told_in_a_paragraph_and_returns_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = InputInvalid("tx.csv is empty", [Problem("no lines", "tx.csv")], "Give it some.")
    _ending(monkeypatch, error)
    assert exits.run(["train", "tx.csv"]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "error[input-invalid]: tx.csv is empty\n  tx.csv  no lines\nGive it some.\n"


def test_a_check_that_says_no_returns_1(monkeypatch: pytest.MonkeyPatch) -> None:
    _ending(monkeypatch, CheckFailed("no"))
    assert exits.run(["doctor"]) == 1


def test_a_bug_is_told_without_traceback_and_written_to_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _ending(monkeypatch, ZeroDivisionError("division by zero"))
    assert exits.run(["run"]) == 70
    err = capsys.readouterr().err
    assert "a mistake of ours" in err
    assert "Traceback" not in err
    written = next(word for word in err.split() if word.endswith(".txt;")).rstrip(";")
    assert "ZeroDivisionError" in Path(written).read_text()
    Path(written).unlink()


def test_debug_shows_the_traceback_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _ending(monkeypatch, ZeroDivisionError("division by zero"))
    assert exits.run(["run", "--debug"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_returns_130(monkeypatch: pytest.MonkeyPatch) -> None:
    _ending(monkeypatch, KeyboardInterrupt())
    assert exits.run(["train"]) == 130


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trian"], "No such command 'trian'"),
        (["run", "--sorce", "x"], "No such option: --sorce"),
        (["explain"], "Missing argument 'ID'"),
        (["demo", "--duration", "soon"], '"soon" is not a duration'),
    ],
)
def test_a_misused_command_returns_2_and_says_where_help_is(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exits.run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error[usage-invalid]: ")
    assert said in err
    assert "--help" in err


def test_a_closed_pipe_is_no_error() -> None:
    script = "import sys; from fraudstream.cli import main; main()"
    run = subprocess.run(
        f"{sys.executable} -c '{script}' presets show payments --format json | true; "
        "echo ${PIPESTATUS[0]}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("0\n", "")
