"""``fraudstream demo`` as a user meets it: it ends by itself or by Ctrl-C, and keeps its word."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
from pathlib import Path

import pytest
from tests.e2e.program import BIN, run, started

SMALL = "fraudstream demo --customers 200 --http 127.0.0.1:0"
WHY = re.compile(r"[Ww]hy\b.*\?  (fraudstream explain \S+.*)")

ASKED_FOR = {
    "transactions",
    "alerts",
    "fraud",
    "fraud_caught",
    "recall",
    "precision",
    "value_recall",
    "latency_us",
    "events_per_s",
    "attacks",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a demo has run once."""
    folder = tmp_path_factory.mktemp("demo")
    done = run(f"{SMALL} --duration 5 --format json", folder)
    assert done.returncode == 0, done.stderr
    (folder / "first.json").write_text(done.stdout)
    return folder


def test_it_ends_by_itself_and_prints_one_object_with_the_documented_keys(folder: Path) -> None:
    text = (folder / "first.json").read_text()
    assert text.count("\n") == 1
    figures = json.loads(text)
    assert set(figures) >= ASKED_FOR
    assert set(figures["latency_us"]) == {"p50", "p99", "p999"}
    for attack in figures["attacks"].values():
        assert set(attack) >= {"transactions", "caught", "first_caught_after"}
    assert 0 < figures["alerts"] < figures["transactions"] / 4
    assert 0 < figures["fraud_caught"] <= figures["fraud"]
    assert figures == json.loads((folder / "reports" / "demo.json").read_text())
    page = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    assert [key for key in figures if f"`{key}`" not in page] == []


def test_what_it_prints_to_explain_an_alert_works_during_and_after_it(folder: Path) -> None:
    demo = started([*SMALL.split(), "--duration", "5m"], folder)
    assert demo.stderr is not None
    said = ""
    while not (command := WHY.search(said)):
        line = demo.stderr.readline()
        assert line, said
        said += line
    assert "simulating history" not in said, "what was learned is remembered"
    during = run(command[1], folder)
    assert during.returncode == 0, during.stderr
    assert "Why:" in during.stdout
    second = run(f"{SMALL} --duration 1", folder)
    assert second.returncode == 3
    assert f"kill {demo.pid}" in second.stderr
    demo.send_signal(signal.SIGINT)
    _, rest = demo.communicate()
    assert demo.returncode == 0, rest
    assert "caught " in (folder / "out").read_text(), "Ctrl-C ends with the scorecard"
    after = WHY.search(rest)
    assert after, rest
    for line in (command[1], after[1], f"{after[1]} --recompute --format json"):
        explained = run(line, folder)
        assert explained.returncode == 0, explained.stderr


def test_a_signal_while_it_prepares_ends_it_without_a_word_too_many(tmp_path: Path) -> None:
    demo = started(f"{SMALL} --customers 100000".split(), tmp_path)
    assert demo.stderr is not None
    said = demo.stderr.readline()
    demo.terminate()
    said += demo.communicate()[1]
    assert demo.returncode == 0
    assert said.splitlines()[-1].startswith("Stopped before")
    assert (tmp_path / "out").read_text() == ""


def test_on_a_terminal_a_screen_of_80_columns_is_redrawn(folder: Path) -> None:
    screen = shown([*SMALL.split(), "--duration", "3"], folder)
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen)
    for part in ("ACTIONS", "MONEY", "missed", "good customers stopped", "ATTACKS", "Why?"):
        assert part in plain
    assert plain.count("LATEST ALERTS") > 3
    assert max(len(line) for line in re.split(r"[\r\n]+", plain)) <= 80


def shown(words: list[str], folder: Path) -> str:
    """What a command shows on a terminal of its own."""
    ours, its = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
    command = [str(BIN / words[0]), *words[1:]]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=its
    ) as demo:
        os.close(its)
        seen = bytearray()
        while chunk := _read(ours):
            seen += chunk
    os.close(ours)
    assert demo.returncode == 0
    return seen.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how Linux says that nobody writes to a terminal any more
        return b""
