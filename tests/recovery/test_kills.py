from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def kills_without_harm(trial: str, folder: Path) -> int:
    command = [sys.executable, "-m", "tests.recovery.trials", trial, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, int] = json.loads(done.stdout)
    assert (report["lost"], report["doubled"], report["different"]) == (0, 0, 0)
    return report["kills"]


def test_a_kill_on_either_side_of_any_write_changes_no_decision(tmp_path: Path) -> None:
    assert kills_without_harm("every-call", tmp_path) >= 200


@pytest.mark.parametrize("trial", ["decisions-calls", "decisions-moments", "any-moment"])
def test_kills_at_any_moment_change_no_decision(tmp_path: Path, trial: str) -> None:
    assert kills_without_harm(trial, tmp_path) >= 20


def test_what_a_pipe_has_brought_is_decided_once_however_often_it_is_killed(tmp_path: Path) -> None:
    assert kills_without_harm("pipe", tmp_path) >= 10


def test_a_file_behind_the_store_is_completed_after_every_kill(tmp_path: Path) -> None:
    assert kills_without_harm("store-moments", tmp_path) >= 5
