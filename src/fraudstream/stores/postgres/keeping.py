"""How long rows are kept and when they are compressed: TimescaleDB's policies, or deleting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fraudstream.stores.postgres.address import Address
from fraudstream.stores.postgres.connecting import Connection, connect, database_errors
from fraudstream.stores.postgres.migrating import has_timescale, require_current
from fraudstream.stores.sql.pruning import (
    DELETIONS,
    FORGETTING,
    REDUCE,
    TO_REDUCE,
    TRANSACTIONS,
    reduce_batches,
)

__all__ = ["Keeping", "apply_policies", "prune"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Ages in ms; 0 is never."""

    retention: int = 0
    compress_after: int = 0


def apply_policies(address: Address, keeping: Keeping) -> bool:
    """Let TimescaleDB keep to these ages from now on; False where there is none."""
    connection = connect(address)
    try:
        with database_errors(address):
            require_current(connection)
            if not has_timescale(connection):
                return False
            for query, values in _policies(keeping):
                connection.execute(query.encode(), values)
            return True
    finally:
        connection.close()


def prune(address: Address, before: datetime) -> dict[str, int]:
    """Delete what is older; how many rows by table.

    Transactions go by their event time, everything else by when it came. Of a hypertable whole
    chunks are dropped, and their rows are the database's own estimate.
    """
    connection = connect(address)
    try:
        with database_errors(address), connection.transaction():
            require_current(connection)
            reduce_batches(
                lambda: connection.execute(TO_REDUCE.encode(), [before]).fetchall(),
                lambda batch, events: connection.execute(REDUCE, [batch, events]),
            )
            connection.execute(FORGETTING.encode(), [before])
            return {
                table: _deleted(connection, table, query, before)
                for table, query in _deletions(connection)
            }
    finally:
        connection.close()


def _deletions(connection: Connection) -> list[tuple[str, str]]:
    if has_timescale(connection):
        return [("transactions", _DROP_CHUNKS), *DELETIONS.items()]
    return [("transactions", TRANSACTIONS), *DELETIONS.items()]


def _deleted(connection: Connection, table: str, query: str, before: datetime) -> int:
    cursor = connection.execute(query.encode(), [before])
    if query is _DROP_CHUNKS:
        found = cursor.fetchone()
        return int(found[0]) if found else 0
    return cursor.rowcount


def _policies(keeping: Keeping) -> list[tuple[str, list[timedelta | None]]]:
    """Each policy is removed and, where it is wanted, set anew.

    The aggregate is refreshed over everything that the retention leaves, for a late transaction may
    belong to any minute; only what changed is computed again. What is newer than two hours is never
    stored but computed when asked for.
    """
    retention, compress_after = (
        timedelta(milliseconds=age) for age in (keeping.retention, keeping.compress_after)
    )
    window = max(retention - 2 * _DAY, _DAY) if retention else None
    steps: list[tuple[str, list[timedelta | None]]] = [
        ("select remove_retention_policy('transactions', if_exists => true)", []),
        ("select remove_compression_policy('transactions', if_exists => true)", []),
        (_REMOVE_REFRESH, []),
        (_REFRESH, [window]),
    ]
    if retention:
        steps.append(("select add_retention_policy('transactions', $1::interval)", [retention]))
    if compress_after:
        query = "select add_compression_policy('transactions', $1::interval)"
        steps.append((query, [compress_after]))
    return steps


_REMOVE_REFRESH = """
    select remove_continuous_aggregate_policy('transactions_per_minute', if_exists => true)
"""

_REFRESH = """
    select add_continuous_aggregate_policy('transactions_per_minute',
        start_offset => $1::interval, end_offset => interval '2 hours',
        schedule_interval => interval '10 minutes')
"""

_DROP_CHUNKS = """
    with doomed as (
        select coalesce(sum(greatest(reltuples, 0)), 0)::bigint as about
        from show_chunks('transactions', older_than => $1::timestamptz) as chunk
        join pg_class on pg_class.oid = chunk
    ), dropped as (
        select drop_chunks('transactions', older_than => $1::timestamptz)
    )
    select about, (select count(*) from dropped) from doomed
"""
