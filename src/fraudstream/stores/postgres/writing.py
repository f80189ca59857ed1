"""Writing a batch's rows: one binary COPY for each table that gets any."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from fraudstream.ports import Entry
from fraudstream.schema import Preset
from fraudstream.stores.postgres.connecting import Connection
from fraudstream.stores.postgres.copying import copied
from fraudstream.stores.sql.journal import ALL_VERSIONS, ranges_of, versions_key
from fraudstream.stores.sql.naming import feature_set, features_view
from fraudstream.stores.sql.rows import JSON_COLUMNS

__all__ = ["add_entry", "copy_rows", "versions_id"]


def copy_rows(connection: Connection, table: str, rows: pa.RecordBatch) -> None:
    """Add rows; columns are found by their names."""
    columns = ", ".join(f'"{name}"' for name in rows.schema.names)
    statement = f"copy {table} ({columns}) from stdin (format binary)"
    with connection.cursor().copy(statement.encode()) as copy:
        copy.write(copied(rows, JSON_COLUMNS).data)


def add_entry(connection: Connection, entry: Entry, versions: int, now: int) -> None:
    """Add the journal's line; ``now`` is UTC ms."""
    connection.execute(
        "insert into journal values ($1, $2, $3, $4, $5, to_timestamp($6::bigint / 1000.0))",
        [entry.batch, entry.epoch, ranges_of(entry), entry.as_of, versions, now],
    )


def versions_id(connection: Connection, versions: Mapping[str, str | None], preset: Preset) -> int:
    """The row of ``versions`` that says this, added where it is new."""
    key = versions_key(versions)
    held = {tuple(names): number for number, *names in connection.execute(ALL_VERSIONS)}
    if key not in held:
        held[key] = max(held.values(), default=0) + 1
        connection.execute(
            "insert into versions values ($1, $2, $3, $4, $5, $6, $7)", [held[key], *key]
        )
        _name_features(connection, versions["features"], preset)
    return held[key]


def _name_features(connection: Connection, fingerprint: str | None, preset: Preset) -> None:
    """Say what the elements of the feature arrays are, and make a view that names them."""
    query = "select 1 from feature_sets where fingerprint = $1"
    if fingerprint is None or connection.execute(query, [fingerprint]).fetchone():
        return
    names, meanings = feature_set(preset)
    connection.execute(
        "insert into feature_sets values ($1, $2, $3)", [fingerprint, names, meanings]
    )
    connection.execute(features_view(fingerprint, names).encode())
