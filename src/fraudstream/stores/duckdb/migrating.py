"""Bringing a database file to the layout that this version of the program writes."""

from __future__ import annotations

from importlib.resources import files

import duckdb

from fraudstream.errors import CheckpointIncompatible

__all__ = ["migrate"]

_FOLDER = files("fraudstream.stores.duckdb")


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply what is missing, each migration wholly or not at all."""
    applied = _applied(connection)
    known = sorted(f.name for f in (_FOLDER / "migrations").iterdir() if f.name.endswith(".sql"))
    if unknown := applied - set(known):
        raise CheckpointIncompatible(
            f"The store was written by a newer version: it knows {', '.join(sorted(unknown))}.",
            advice="Upgrade fraudstream, or choose another folder with --home.",
        )
    for name in known:
        if name not in applied:
            _apply(connection, name)


def _applied(connection: duckdb.DuckDBPyConnection) -> set[str]:
    tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    if ("migrations",) not in tables:
        return set()
    return {name for (name,) in connection.execute("select name from migrations").fetchall()}


def _apply(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute("begin")
    if name.startswith("0001"):
        connection.execute((_FOLDER / "dialect.sql").read_text(encoding="utf-8"))
        connection.execute("create table migrations (name text not null)")
    connection.execute((_FOLDER / "migrations" / name).read_text(encoding="utf-8"))
    connection.execute("insert into migrations values (?)", [name])
    connection.execute("commit")
