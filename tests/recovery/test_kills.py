from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parents[2]


def kills_without_harm(trial: str, folder: Path) -> int:
    command = [sys.executable, "-m", "tests.recovery.trials", trial, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, int] = json.loads(done.stdout)
    assert (report["lost"], report["doubled"], report["different"]) == (0, 0, 0)
    return report["kills"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a place: a process is killed here, not the disk."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=memory) as name:
        yield Path(name)


def test_a_kill_on_either_side_of_any_write_changes_no_decision(folder: Path) -> None:
    assert kills_without_harm("every-call", folder) >= 150


@pytest.mark.parametrize("trial", ["decisions-calls", "decisions-moments", "any-moment"])
def test_kills_at_any_moment_change_no_decision(folder: Path, trial: str) -> None:
    assert kills_without_harm(trial, folder) >= 10


def test_what_a_pipe_has_brought_is_decided_once_however_often_it_is_killed(folder: Path) -> None:
    assert kills_without_harm("pipe", folder) >= 10


def test_a_file_behind_the_store_is_completed_after_every_kill(folder: Path) -> None:
    assert kills_without_harm("store-moments", folder) >= 10
