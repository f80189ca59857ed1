"""Engines between Kafka, PostgreSQL and Kafka are killed again and again; nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.services.broker import Broker

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("kind", "kills"), [("database", 50), ("copies", 8), ("kafka", 8)])
def test_kills_at_random_moments_lose_double_and_change_nothing(
    kafka: Broker, postgres: str, tmp_path: Path, kind: str, kills: int
) -> None:
    command = [sys.executable, "-m", "tests.recovery.service", kind, kafka.bootstrap, postgres]
    done = subprocess.run(
        [*command, str(tmp_path), "1", str(kills)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
    print(done.stdout)
    report = json.loads(done.stdout)
    assert (report["lost"], report["doubled"], report["different"]) == (0, 0, 0)
    assert report["kills"] >= kills
    assert report["leaders_killed"] >= kills / 4
    assert report["decisions"] > 10 * kills
