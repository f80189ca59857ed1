"""The embedded store's read side: the shared questions, over its file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from fraudstream.errors import NotReachable
from fraudstream.stores.duckdb.opening import open_file
from fraudstream.stores.sql.reading import Reader

__all__ = ["FileAnswers", "open_reader"]


class FileAnswers:
    """A DuckDB connection that answers; :class:`fraudstream.stores.sql.reading.Answers`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """A query's answer."""
        return self._connection.sql(query, params=list(values)).to_arrow_table().to_pylist()

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def open_reader(path: Path) -> Reader:
    """Read a store that no engine has open; nothing in it is changed."""
    if not path.exists():
        raise NotReachable(
            f"There is no store at {path} yet.",
            advice="Run fraudstream run or fraudstream demo first, or name its folder: --home.",
        )
    return Reader(FileAnswers(open_file(path, read_only=True)))
