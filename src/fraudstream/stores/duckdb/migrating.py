"""Bringing a database file to the layout that this version of the program writes."""

from __future__ import annotations

from importlib.resources import files

import duckdb

from fraudstream.stores.sql.migrating import SHARED, Migration, lacking, migrations_in

__all__ = ["applied", "migrate"]


def migrate(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Apply what is missing, each migration wholly or not at all; their names."""
    steps = lacking(migrations_in(SHARED), applied(connection))
    for step in steps:
        _apply(connection, step)
    return [step.name for step in steps]


def applied(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the migrations that a file has."""
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
