"""Each PromQL panel, asked of a real Prometheus that watches a real engine."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fraudstream.monitoring import Datasource, Span, panels
from fraudstream.monitoring.alerts import ALERTS, PROMOTIONS
from fraudstream.simulator import Settings, encode_json, stream
from fraudstream.stack import Prometheus

WAIT_SECONDS = 120
BANK = Settings(customers=100, days=3, settle=False)


class Asked:
    """A Prometheus that looks at an engine every second."""

    def __init__(self, url: str) -> None:
        self.url = url

    def find(self, query: str) -> list[dict[str, Any]]:
        """Labels and values that a query finds now; an error where it is not accepted."""
        asked = urllib.parse.urlencode({"query": query})
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{asked}") as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return found

    def number(self, query: str) -> float:
        """The one number that a query finds; 0 where it finds none yet."""
        found = self.find(query)
        return float(found[0]["value"][1]) if found else 0.0

    def until(self, query: str, least: float) -> None:
        """Return once a query finds at least this much."""
        deadline = time.monotonic() + WAIT_SECONDS
        while self.number(query) < least:
            assert time.monotonic() < deadline, f"{query} is {self.number(query)}, not {least}"
            time.sleep(0.5)


def _address(home: Path) -> str:
    """Where the engine listens, once it does."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (home / "engine.json").exists():
        assert time.monotonic() < deadline, "the engine never listened"
        time.sleep(0.2)
    return str(json.loads((home / "engine.json").read_text(encoding="utf-8"))["address"])


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """An engine that follows a file: the file, and the engine's home."""
    source, home = tmp_path / "tx.jsonl", tmp_path / "home"
    source.touch()
    command = [sys.executable, "-m", "fraudstream", "run", "--source", str(source), "--follow"]
    command += ["--home", str(home), "--http", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as running:
        yield source, home
        running.send_signal(signal.SIGTERM)


def test_every_panel_finds_what_a_running_engine_did(
    engine: tuple[Path, Path], prometheus: Prometheus
) -> None:
    source, home = engine
    prometheus.start({"engine": _address(home)}, every=1)
    asked = Asked(prometheus.url)
    chunks = list(stream(BANK))
    lines = b"".join(encode_json(chunk) for chunk in chunks).splitlines(keepends=True)
    transactions = sum(int(chunk.is_transaction.sum()) for chunk in chunks)
    doubled = next(line for line in reversed(lines) if b'"kind"' not in line)

    _append(source, lines[: len(lines) // 2])
    asked.until("sum(fraudstream_decisions_total)", 1)
    _append(source, [*lines[len(lines) // 2 :], doubled, b"not json\n"])
    asked.until("sum(fraudstream_decisions_total)", transactions)
    asked.until("fraudstream_duplicates_total", 1)

    assert asked.number("sum(fraudstream_decisions_total)") == transactions
    assert asked.number('fraudstream_rejects_total{reason="json_malformed"}') == 1
    assert asked.number("fraudstream_decision_seconds_count") == transactions
    assert _without_an_answer(asked) == []
    assert [alert.uid for alert in ALERTS if asked.find(alert.condition)] == []
    assert asked.find(PROMOTIONS)[0]["metric"]["version"] == "none"


def _append(file: Path, lines: list[bytes]) -> None:
    with file.open("ab") as open_file:
        open_file.writelines(lines)


def _without_an_answer(asked: Asked) -> list[str]:
    """Panels that find nothing, or lack a label that their legend shows."""
    now = datetime.now(UTC)
    span = Span(now - timedelta(minutes=10), now)
    empty = []
    for panel in panels():
        if panel.datasource is Datasource.PROMETHEUS:
            found = asked.find(panel.expanded(span))
            labels = set(re.findall(r"{{(\w+)}}", panel.legend))
            if not found or not any(labels <= set(series["metric"]) for series in found):
                empty.append(panel.title)
    return empty
