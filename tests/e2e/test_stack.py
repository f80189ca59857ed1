"""The whole stack on this machine, as somebody types it: up, check, status, down."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.services import shared

from fraudstream.monitoring import DASHBOARDS
from fraudstream.stack import Postgres, packages
from fraudstream.stack.folder import Folder

pytestmark = pytest.mark.timeout(1800)


@dataclass(frozen=True)
class Desk:
    """A folder in which somebody types."""

    folder: Path

    def type(self, line: str, expected: int = 0) -> str:
        """What a command prints on standard output."""
        ran = self.start(line)
        out, err = ran.communicate()
        assert ran.returncode == expected, f"{line}\n{err}"
        return out

    def ask(self, line: str, expected: int = 0) -> dict[str, Any]:
        """The JSON that a command prints."""
        said: dict[str, Any] = json.loads(self.type(f"{line} --format json", expected))
        return said

    def start(self, line: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "fraudstream", *line.split()],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def stack(self) -> Folder:
        return Folder(self.folder / ".fraudstream" / "stack")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk at which a stack can be started, the only one on this machine meanwhile."""
    shared.started("desk", lambda: packages.need(*packages.EVERYTHING))
    made = Desk(shared.folder_of(f"desk-{uuid.uuid4().hex[:8]}"))
    with shared.alone("stack"):
        yield made
        if made.stack.exists():
            made.stack.remove()


@pytest.fixture
def model(desk: Desk) -> Path:
    """A model of the bank that the stack simulates; trained once for all tests of a run."""
    place = shared.folder_of("desk-model")
    if not (place / "model").exists():
        learning = Desk(place)
        learning.type("simulate --customers 300 --days 40 --out past.parquet")
        learning.type("train past.parquet --quick --out draft")
        (place / "draft").rename(place / "model")
    return place / "model"


UP = "stack up --any-ports --customers 600 --history 12d --rate 4 --model"
BESIDE = {"kafka-1", "postgres", "prometheus", "normal", "attack"}
DECIDES = {"local": {"engine"}, "spark": {"master", "worker-1", "worker-2", "job"}}


def test_a_stack_shows_what_was_sent_and_says_what_is_wrong_and_leaves_nothing_behind(
    desk: Desk, model: Path
) -> None:
    all_of_it_runs(desk, f"{UP} {model}", DECIDES["local"] | BESIDE)
    every_panel_agrees_with_what_was_sent(desk)
    a_row_that_somebody_took_away_is_noticed(desk)
    what_has_stopped_is_seen_and_started_again(desk)
    down_leaves_nothing_behind(desk)


def test_a_stack_on_spark_shows_what_was_sent_too(desk: Desk, model: Path) -> None:
    all_of_it_runs(desk, f"{UP} {model} --on spark", DECIDES["spark"] | BESIDE)
    every_panel_agrees_with_what_was_sent(desk)
    down_leaves_nothing_behind(desk)


def all_of_it_runs(desk: Desk, command: str, names: set[str]) -> None:
    states = {part["name"]: part["state"] for part in desk.ask(command)["parts"]}
    assert states == dict.fromkeys(names, "healthy")


def every_panel_agrees_with_what_was_sent(desk: Desk) -> None:
    found = desk.ask("stack check --wait 3m")
    while not found["messages"]["attacks_flagged"]:
        found = desk.ask("stack check --wait 3m")
    sent, panels = found["messages"], found["panels"]
    assert sent["transactions"] == sent["stored"] + sent["rejected"] > 5_000
    assert sent["lost"] == sent["doubled"] == sent["unpublished"] == sent["different"] == 0
    assert {panel["dashboard"] for panel in panels} == {board.title for board in DASHBOARDS}
    assert all(panel["rows"] > 0 and not panel["problem"] for panel in panels)
    assert sum(panel["agrees"] is True for panel in panels) >= 20
    assert json.loads((desk.folder / "reports" / "stack.json").read_text()) == found


def a_row_that_somebody_took_away_is_noticed(desk: Desk) -> None:
    settings = tomllib.loads((desk.stack.path / "fraudstream.toml").read_text())
    with psycopg.connect(settings["store"]["url"]) as session:
        session.execute(
            "delete from transactions where transaction_id = (select transaction_id"
            " from transactions where action <> 'approve' order by event_time desc limit 1)"
        )
    found = desk.ask("stack check", expected=1)
    assert found["messages"]["lost"] == 1
    disagreeing = {panel["panel"] for panel in found["panels"] if panel["agrees"] is False}
    assert "Alerts and their reasons" in disagreeing


def what_has_stopped_is_seen_and_started_again(desk: Desk) -> None:
    producer = next(server for server in desk.stack.servers() if server.name == "normal")
    producer.kill()
    states = {part["name"]: part["state"] for part in desk.ask("stack status", 1)["parts"]}
    assert states.pop("normal") == "stopped"
    assert set(states.values()) == {"healthy"}
    desk.type("stack up")
    assert producer.running()
    assert desk.type("stack logs engine").strip()


def down_leaves_nothing_behind(desk: Desk) -> None:
    servers = desk.stack.servers()
    data = Postgres(desk.stack.path / "postgres").place
    assert data.exists()
    desk.type("stack down")
    assert [server.name for server in servers if server.running()] == []
    assert not data.exists() and not desk.stack.exists()
    desk.type("stack status", expected=3)


def test_down_leaves_nothing_behind_after_a_crash_of_up(desk: Desk) -> None:
    up = desk.start("stack up --any-ports --customers 300 --history 1d")
    while "schema" not in {server.name for server in desk.stack.servers()}:
        assert up.poll() is None, up.communicate()
    up.kill()
    up.communicate()
    running = {server.name for server in desk.stack.servers() if server.running()}
    assert running >= {"kafka-1", "postgres", "model"}
    down_leaves_nothing_behind(desk)
