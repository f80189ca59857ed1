"""Shell scripts in images are shell, and Prometheus takes its configuration."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.services import shared
from tests.structure.sources import ROOT

from fraudstream.errors import NotInstalled
from fraudstream.stack import packages


@pytest.mark.parametrize(
    "script", ["deploy/model-build", "deploy/send-history", "deploy/timescaledb/reader.sh"]
)
def test_a_script_can_be_read_by_a_plain_shell(script: str) -> None:
    path = ROOT / script
    assert path.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0


def test_history_is_sent_once(tmp_path: Path) -> None:
    program = tmp_path / "fraudstream"
    program.write_text('#!/bin/sh\necho "$@" >> calls\n')
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "FRAUDSTREAM_HOME": str(tmp_path)}
    for _ in range(2):
        command = [str(ROOT / "deploy/send-history"), "kafka://k/raw"]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == ["simulate --days 10 --seed 1 --attack-seed 2 --sink kafka://k/raw"]


def test_prometheus_takes_its_configuration() -> None:
    try:
        packages.need(packages.PROMETHEUS)
    except NotInstalled as error:
        shared.refuse(error)
    command = ["promtool", "check", "config", str(ROOT / "deploy/prometheus/prometheus.yml")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
