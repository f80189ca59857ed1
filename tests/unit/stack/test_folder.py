"""A stack's folder: whatever runs in it is found, stopped and deleted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fraudstream.errors import StateInUse
from fraudstream.stack.folder import Folder
from fraudstream.stack.server import Launch, Server

WAITS = Launch((sys.executable, "-c", "import time; time.sleep(600)"))
DIES_STARTING = """
import os, sys
from pathlib import Path
from fraudstream.stack.folder import Folder
from fraudstream.stack.server import Launch, Server
folder = Folder(Path(sys.argv[1]))
with folder.changing():
    for name in ("one", "two"):
        Server(name, folder.path / name).start(Launch((sys.executable, "-c", sys.argv[2])))
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    made = Folder(tmp_path / "stack")
    yield made
    if made.exists():
        made.remove()


def test_servers_are_stopped_newest_first(folder: Folder) -> None:
    for name in ("broker", "engine", "producer"):
        Server(name, folder.path / name).start(WAITS)
    assert folder.stop() == ["producer", "engine", "broker"]
    assert folder.stop() == []


def test_what_a_killed_command_had_started_is_stopped_and_deleted(folder: Folder) -> None:
    command = [sys.executable, "-c", DIES_STARTING, str(folder.path), WAITS.command[2]]
    assert subprocess.run(command, check=False).returncode == -9
    servers = folder.servers()
    assert [server.name for server in servers if server.running()] == ["one", "two"]
    with folder.changing():
        folder.remove()
    assert not any(server.running() for server in servers)
    assert not folder.exists()


def test_two_commands_do_not_change_a_stack_at_once(folder: Folder) -> None:
    with (
        folder.changing(),
        pytest.raises(StateInUse, match="by another command"),
        Folder(folder.path).changing(),
    ):
        pass
    with folder.changing():
        assert folder.exists()
