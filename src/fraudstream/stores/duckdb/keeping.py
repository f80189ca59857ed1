"""The embedded store's file as ``fraudstream db`` sees it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from fraudstream.stores.duckdb.migrating import applied, migrate
from fraudstream.stores.duckdb.opening import open_file, storage_errors
from fraudstream.stores.sql.migrating import SHARED, lacking, migrations_in
from fraudstream.stores.sql.pruning import (
    DELETIONS,
    FORGETTING,
    REDUCE,
    TO_REDUCE,
    TRANSACTIONS,
    reduce_batches,
)

__all__ = ["condition_of", "migrate_file", "prune_file"]


def migrate_file(path: Path) -> list[str]:
    """Apply what is missing, as every engine does when it opens the file; names of the steps."""
    with storage_errors(path), open_file(path) as connection:
        return migrate(connection)


def condition_of(path: Path) -> dict[str, Any]:
    """What the file has, lacks and holds; nothing is changed, except that it is there."""
    with storage_errors(path), open_file(path) as connection:
        held = sorted(applied(connection))
        missing = [step.name for step in lacking(migrations_in(SHARED), held)]
        figures = {} if missing else _figures(connection)
    return {"store": f"duckdb:{path}", "applied": held, "lacking": missing, **figures}


def prune_file(path: Path, before: datetime) -> dict[str, int]:
    """Delete what is older; how many rows by table."""
    deleted = {}
    with storage_errors(path), open_file(path) as connection:
        migrate(connection)
        reduce_batches(
            lambda: connection.execute(TO_REDUCE, [before]).fetchall(),
            lambda batch, events: connection.execute(REDUCE, [batch, events]),
        )
        connection.execute(FORGETTING, [before])
        for table, query in {"transactions": TRANSACTIONS, **DELETIONS}.items():
            found = connection.execute(query, [before]).fetchone()
            deleted[table] = int(found[0]) if found else 0
    return deleted


def _figures(connection: Any) -> dict[str, Any]:
    found = connection.execute(
        "select coalesce(max(epoch), 0), coalesce(max(batch), -1), "
        "(select count(*) from transactions) from sink_offsets"
    ).fetchone()
    return dict(zip(("epoch", "last_batch", "transactions"), found, strict=True))
