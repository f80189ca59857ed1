"""The embedded store as the engine's primary sink: journal and decisions in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from weakref import WeakSet

import duckdb

from fraudstream.decisions import Outcome, form_of
from fraudstream.decisions.table import Placement
from fraudstream.ports import Entry
from fraudstream.schema import Preset
from fraudstream.stores.duckdb.migrating import migrate
from fraudstream.stores.duckdb.opening import open_file, storage_errors
from fraudstream.stores.duckdb.reading import FileAnswers
from fraudstream.stores.sql.archive import events_row
from fraudstream.stores.sql.journal import (
    ALL_VERSIONS,
    ENTRIES,
    entry_of,
    ranges_of,
    versions_key,
)
from fraudstream.stores.sql.naming import feature_set, features_view
from fraudstream.stores.sql.owning import require_owner
from fraudstream.stores.sql.reading import Reader
from fraudstream.stores.sql.rows import Shape, rows_of

__all__ = ["DuckDBStore"]

_SINK = "primary"


def _now() -> int:
    return time.time_ns() // 1_000_000


class DuckDBStore:
    """Keeps the outcomes of batches in one file; a :class:`fraudstream.ports.Primary`.

    A batch is one transaction and durable when ``write`` returns. It is fenced by (epoch, batch): a
    batch that is held already changes nothing, and an owner with an older epoch is refused. The
    file belongs to this process until ``close``; other threads read through :meth:`reader`, whose
    readers end when the store is closed or a write fails.

    ``clock`` gives UTC ms, for ``decided_at`` and ``committed_at`` alone.
    """

    name = "duckdb"

    def __init__(self, path: Path, preset: Preset, clock: Callable[[], int] = _now) -> None:
        self._path, self._preset, self._clock = path, preset, clock
        self._shape = Shape(form_of(preset), preset.labels.known_after)
        self._versions: dict[tuple[str | None, ...], int] = {}
        self._readers: WeakSet[Reader] = WeakSet()
        self._lock = RLock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        with storage_errors(path):
            self._open()

    def position(self) -> int:
        """Number of the last batch that is held; -1 for none."""
        with self._lock:
            return self._fence()[1]

    def entries(self, after: int) -> Iterator[Entry]:
        """The journal's entries with a batch number over ``after``, ascending."""
        with self._lock:
            rows = self._open().execute(ENTRIES, [after]).fetchall()
        return (entry_of(*row) for row in rows)

    def write(self, entry: Entry, outcome: Outcome) -> None:
        """Keep a batch; raises ``StorageFailed`` or ``Superseded`` with nothing kept."""
        with self._lock:
            epoch, batch = self._fence()
            require_owner(entry.epoch, epoch)
            if entry.batch > batch:
                with self._transaction() as connection:
                    self._insert(connection, entry, outcome)

    def reader(self) -> Reader:
        """Queries over what is committed, safe to use from another thread than the engine's."""
        with self._lock:
            reader = Reader(FileAnswers(self._open().cursor()))
            self._readers.add(reader)
            return reader

    def close(self) -> None:
        """Merge the log into the file and let go of it; may be called twice."""
        with self._lock:
            # the file is let go of with the last connection to it, so readers end here too
            for opened in (*self._readers, self._connection):
                if opened is not None:
                    opened.close()
            self._connection = None

    def _open(self) -> duckdb.DuckDBPyConnection:
        """The connection, opened anew after a failure that made DuckDB give up on the last one."""
        if self._connection is None:
            connection = open_file(self._path)
            try:
                migrate(connection)
                held = connection.execute(ALL_VERSIONS).fetchall()
            except BaseException:
                connection.close()
                raise
            self._versions = {tuple(names): key for key, *names in held}
            self._connection = connection
        return self._connection

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All or nothing; after a failure the file is opened anew for the next attempt."""
        with storage_errors(self._path):
            connection = self._open()
            try:
                connection.execute("begin")
                yield connection
                connection.execute("commit")
            except BaseException:
                self.close()
                raise

    def _fence(self) -> tuple[int, int]:
        """Epoch and batch of the last write."""
        with storage_errors(self._path):
            held = self._open().execute(_FENCE, [_SINK]).fetchone()
        return (held[0], held[1]) if held else (0, -1)

    def _insert(
        self, connection: duckdb.DuckDBPyConnection, entry: Entry, outcome: Outcome
    ) -> None:
        now = self._clock()
        versions_id = self._versions_id(connection, outcome.versions.as_dict())
        connection.execute(
            "insert into journal values (?, ?, ?, ?, ?, epoch_ms(?)::timestamptz)",
            [entry.batch, entry.epoch, ranges_of(entry), entry.as_of, versions_id, now],
        )
        placement = Placement(entry.batch, versions_id, now, entry.latency_us)
        tables = rows_of(outcome, self._shape, placement)
        tables["event_log"] = events_row(outcome, self._shape.form, placement)
        for table, rows in tables.items():
            connection.register("incoming", rows)
            connection.execute(f"insert into {table} by name select * from incoming")
            connection.unregister("incoming")
        connection.execute("delete from sink_offsets where sink = ?", [_SINK])
        connection.execute(
            "insert into sink_offsets values (?, ?, ?)", [_SINK, entry.epoch, entry.batch]
        )

    def _versions_id(
        self, connection: duckdb.DuckDBPyConnection, versions: dict[str, str | None]
    ) -> int:
        """The row of ``versions`` that says this, added when first met."""
        key = versions_key(versions)
        if key not in self._versions:
            known = len(self._versions) + 1
            connection.execute("insert into versions values (?, ?, ?, ?, ?, ?, ?)", [known, *key])
            self._name_features(connection, versions["features"])
            self._versions[key] = known
        return self._versions[key]

    def _name_features(
        self, connection: duckdb.DuckDBPyConnection, fingerprint: str | None
    ) -> None:
        """Say what the elements of the feature arrays are, and make a view that names them."""
        held = "select 1 from feature_sets where fingerprint = ?"
        if fingerprint is None or connection.execute(held, [fingerprint]).fetchone():
            return
        names, meanings = feature_set(self._preset)
        connection.execute(
            "insert into feature_sets values (?, ?, ?)", [fingerprint, names, meanings]
        )
        connection.execute(features_view(fingerprint, names))


_FENCE = "select epoch, batch from sink_offsets where sink = $1"
