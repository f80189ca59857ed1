from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def trials(mode: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.recovery.trials", mode, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def nothing_went_wrong(report: dict[str, Any]) -> bool:
    return {report["lost"], report["doubled"], report["different"]} == {0}


def test_a_kill_on_either_side_of_any_write_changes_no_decision(tmp_path: Path) -> None:
    report = trials("exhaustive", tmp_path)
    assert report["kills"] >= 3 * report["calls"]
    assert nothing_went_wrong(report)


def test_kills_at_any_moment_change_no_decision(tmp_path: Path) -> None:
    report = trials("random", tmp_path)
    assert report["kills"] >= 50
    assert nothing_went_wrong(report)
