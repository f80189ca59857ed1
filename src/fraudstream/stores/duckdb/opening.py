"""Opening the database file, and saying in words why it cannot be opened or written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from fraudstream.errors import FraudstreamError, NotReachable, Problem, StorageFailed

__all__ = ["open_file", "storage_errors"]

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    # an extension is never fetched behind the user's back
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # fewer, larger merges of the log into the file
    "checkpoint_threshold": "128MB",
    # handing a batch to more threads costs more than it gains, and the engine needs the cores
    "threads": 1,
    # the memory is the engine's; what exceeds this goes to a file beside the store
    "memory_limit": "512MB",
}
_HOLDER = re.compile(r"held in (?P<program>\S+) \(PID (?P<pid>\d+)\)")


def open_file(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection in UTC; raises ``NotReachable`` where another process has the file open."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(str(path), read_only=read_only, config=_CONFIG)
        connection.execute("set TimeZone = 'UTC'")
    except (duckdb.Error, OSError) as error:
        raise _opening_failed(path, error) from error
    return connection


def _opening_failed(path: Path, error: Exception) -> FraudstreamError:
    holder = _HOLDER.search(str(error))
    if holder is not None:
        return NotReachable(
            f"The store {path} is open in another process.",
            [Problem(f"process {holder['pid']} ({holder['program']}) holds it")],
            "Ask the running engine instead, stop it, or choose another folder with --home.",
        )
    return NotReachable(
        f"The store {path} cannot be opened.",
        [Problem(_first_line(error))],
        "Check that the path is a DuckDB file that you may write, or choose another --home.",
    )


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what DuckDB raises when disk or memory fail it into ``StorageFailed``."""
    try:
        yield
    except (duckdb.OperationalError, duckdb.FatalException) as error:
        raise StorageFailed(
            f"The store {path} refused a write; nothing of the batch was kept.",
            [Problem(_first_line(error))],
            "Free space on the disk or restore the permission; writing is tried again.",
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
