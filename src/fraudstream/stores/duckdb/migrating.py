"""Bringing a database file to the layout that this version of the program writes."""

from __future__ import annotations

from importlib.resources import files

import duckdb

from fraudstream.stores.sql.migrating import SHARED, Migration, lacking, migrations_in

__all__ = ["migrate"]


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply what is missing, each migration wholly or not at all."""
    for step in lacking(migrations_in(SHARED), _applied(connection)):
        _apply(connection, step)


def _applied(connection: duckdb.DuckDBPyConnection) -> set[str]:
    tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    if ("migrations",) not in tables:
        return set()
    return {name for (name,) in connection.execute("select name from migrations").fetchall()}


def _apply(connection: duckdb.DuckDBPyConnection, step: Migration) -> None:
    connection.execute("begin")
    if step.name.startswith("0001"):
        dialect = files("fraudstream.stores.duckdb") / "dialect.sql"
        connection.execute(dialect.read_text(encoding="utf-8"))
        connection.execute("create table migrations (name text not null)")
    connection.execute(step.sql)
    connection.execute("insert into migrations values ($1)", [step.name])
    connection.execute("commit")
