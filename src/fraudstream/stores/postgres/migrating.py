"""Bringing a database to the tables that this version of the program works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from fraudstream.errors import Problem, SchemaIncompatible
from fraudstream.stores.postgres.address import Address
from fraudstream.stores.postgres.connecting import Connection, connect, database_errors
from fraudstream.stores.sql.migrating import SHARED, Migration, lacking, migrations_in

__all__ = ["Condition", "condition_of", "has_timescale", "migrate", "require_current"]

_HERE = files("fraudstream.stores.postgres")
_PLAIN = migrations_in(SHARED, _HERE / "migrations")
_TIMESCALE = migrations_in(_HERE / "timescale")

_LOCK = 0x6672_6175_6473_7472
"""The advisory lock that one migration at a time holds: ``fraudstr``."""

_TABLE = "create table if not exists migrations (name text not null)"


@dataclass(frozen=True, slots=True)
class Condition:
    """A database seen from this version: what it has, what it lacks, how much it holds."""

    applied: tuple[str, ...]
    lacking: tuple[str, ...]
    timescale: str | None
    """TimescaleDB's version, if the extension is in this database."""
    figures: dict[str, Any]
    """Epoch, last batch, transactions ever decided, bytes; empty where tables are missing."""


def migrate(address: Address) -> list[str]:
    """Apply what is missing, each migration wholly or not at all; their names.

    Another migration that is under way is waited for. Raises ``SchemaIncompatible`` if the database
    is of a newer version.
    """
    connection = connect(address)
    try:
        with database_errors(address), _alone(connection):
            connection.execute(_TABLE)
            steps = lacking(_PLAIN + _TIMESCALE, _applied(connection))
            wanted = [step for step in steps if step in _wanted(connection)]
            for step in wanted:
                _apply(connection, step)
            return [step.name for step in wanted]
    finally:
        connection.close()


def condition_of(address: Address) -> Condition:
    """Look, and change nothing."""
    connection = connect(address)
    try:
        with database_errors(address):
            applied = _applied(connection)
            wanted = _wanted(connection)
            missing = tuple(
                step.name for step in lacking(_PLAIN + _TIMESCALE, applied) if step in wanted
            )
            figures = {} if missing else _figures(connection)
            return Condition(tuple(applied), missing, _timescale(connection), figures)
    finally:
        connection.close()


def require_current(connection: Connection) -> None:
    """Raise ``SchemaIncompatible`` unless the tables are those of this version."""
    steps = lacking(_PLAIN + _TIMESCALE, _applied(connection))
    if missing := [step.name for step in steps if step in _PLAIN]:
        raise SchemaIncompatible(
            "The database's tables are not up to date.",
            [Problem(f"{name} was not applied") for name in missing],
            "Bring them up to date: fraudstream db migrate",
        )


def has_timescale(connection: Connection) -> bool:
    """Whether transactions are a hypertable, whose aggregates the database keeps up itself."""
    return bool({step.name for step in _TIMESCALE} & set(_applied(connection)))


def _wanted(connection: Connection) -> tuple[Migration, ...]:
    return _PLAIN + (_TIMESCALE if _timescale(connection) else ())


def _timescale(connection: Connection) -> str | None:
    query = "select extversion from pg_extension where extname = 'timescaledb'"
    found = connection.execute(query).fetchone()
    return found[0] if found else None


def _applied(connection: Connection) -> list[str]:
    if connection.execute("select to_regclass('migrations')").fetchall() == [(None,)]:
        return []
    return [name for (name,) in connection.execute("select name from migrations order by name")]


def _apply(connection: Connection, step: Migration) -> None:
    with connection.transaction():
        connection.execute(step.sql.encode())
        connection.execute("insert into migrations values ($1)", [step.name])


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """One migration at a time; the server gives the lock back if this session ends."""
    connection.execute("select pg_advisory_lock($1)", [_LOCK])
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("select pg_advisory_unlock($1)", [_LOCK])


def _figures(connection: Connection) -> dict[str, Any]:
    found = connection.execute(_FIGURES).fetchone()
    names = ("epoch", "last_batch", "transactions", "bytes")
    return dict(zip(names, found or (), strict=True))


_FIGURES = """
    select
        coalesce((select max(epoch) from sink_offsets), 0),
        coalesce((select max(batch) from sink_offsets), -1),
        (select coalesce(sum(transactions), 0)::bigint from transactions_per_minute),
        pg_database_size(current_database())
"""
