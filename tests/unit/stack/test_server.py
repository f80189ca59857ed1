"""Children that outlive their parent, and are found and stopped by whoever has the folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fraudstream.errors import NotInstalled, NotReachable
from fraudstream.stack.ports import free_port, is_free, kept_ports
from fraudstream.stack.server import Launch, Server

LISTENS = "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); "
WAITS = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server("waiting", tmp_path)
    yield made
    made.kill()


def test_a_server_runs_until_it_is_stopped(server: Server) -> None:
    assert not server.running()
    server.start(Launch(WAITS))
    assert server.running() and server.pid() in server.family()
    server.stop()
    assert not server.running() and server.pid() is None


def test_the_process_id_of_a_killed_server_is_free_at_once(server: Server) -> None:
    for _ in range(5):
        server.start(Launch(WAITS))
        killed = server.family()
        server.kill()
        for pid in killed:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


def test_starting_a_server_that_runs_changes_nothing(server: Server) -> None:
    server.start(Launch(WAITS))
    before = server.family()
    Server(server.name, server.folder).start(Launch(WAITS))
    assert server.family() == before


def test_a_server_outlives_who_started_it_and_is_found_from_its_folder(server: Server) -> None:
    starts = (
        "import sys; from pathlib import Path; from fraudstream.stack.server import *;"
        f"Server('waiting', Path(sys.argv[1])).start(Launch({WAITS!r}))"
    )
    subprocess.run([sys.executable, "-c", starts, str(server.folder)], check=True)
    assert server.running()
    server.stop()
    assert not server.running()


def test_children_of_a_server_are_stopped_with_it_even_when_it_died_before_them(
    server: Server,
) -> None:
    forks = "import os, time; os.fork() or time.sleep(600); os._exit(0)"
    server.start(Launch((sys.executable, "-c", forks)))
    server.wait_ready(lambda: len(server.family()) == 1)
    server.kill()
    assert not server.running()


def test_a_server_without_its_process_id_is_stopped_all_the_same(server: Server) -> None:
    """What starts it may be killed between starting it and noting its id."""
    server.start(Launch(WAITS))
    server.pid_file.write_text("")
    assert server.running()
    server.stop()
    assert not server.running()


def test_a_server_that_ends_instead_of_starting_shows_the_end_of_its_log(server: Server) -> None:
    server.start(Launch((sys.executable, "-c", "raise SystemExit('no such disk')")))
    with pytest.raises(NotReachable, match=r"(?s)waiting ended instead.*no such disk.*waiting.log"):
        server.wait_ready(lambda: False)


def test_a_program_that_is_not_there_is_named(server: Server) -> None:
    with pytest.raises(NotInstalled, match="no-such-program"):
        server.start(Launch(("no-such-program",)))
    assert not server.running()


def test_ports_are_kept_in_the_folder(tmp_path: Path) -> None:
    wanted = free_port()
    first = kept_ports(tmp_path, ["a", "b"], {"b": wanted})
    assert first["b"] == wanted
    assert kept_ports(tmp_path, ["a", "b"]) == first


def test_a_port_that_somebody_listens_on_is_not_free(server: Server) -> None:
    port = free_port()
    assert is_free(port)
    server.start(Launch((sys.executable, "-c", f"{LISTENS} time.sleep(600)", str(port))))
    server.wait_ready(lambda: not is_free(port))
