"""The database as the engine's primary sink: journal and decisions in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import RLock

from fraudstream.decisions import Outcome, form_of
from fraudstream.decisions.table import Placement
from fraudstream.errors import Superseded
from fraudstream.ports import Entry
from fraudstream.schema import Preset
from fraudstream.stores.postgres import fence
from fraudstream.stores.postgres.address import Address
from fraudstream.stores.postgres.connecting import Connection, connect, database_errors
from fraudstream.stores.postgres.copying import copied
from fraudstream.stores.postgres.migrating import has_timescale, require_current
from fraudstream.stores.postgres.minutes import add_minutes, minutes_of
from fraudstream.stores.postgres.reading import open_reader
from fraudstream.stores.postgres.writing import add_entry, copy_rows, versions_id
from fraudstream.stores.sql.archive import events_row
from fraudstream.stores.sql.journal import ENTRIES, entry_of, versions_key
from fraudstream.stores.sql.owning import require_owner
from fraudstream.stores.sql.reading import Reader
from fraudstream.stores.sql.rows import JSON_COLUMNS, Shape, rows_of

__all__ = ["PostgresStore"]

_LOCK_TIMEOUT = "set lock_timeout = '5s'"
"""A transaction that a paused process left open must not hold up its successor for ever."""

_SOME_ENTRIES = f"{ENTRIES} limit 1000"


def _now() -> int:
    return time.time_ns() // 1_000_000


class PostgresStore:
    """Keeps the outcomes of batches; a :class:`fraudstream.ports.Primary`, fenced, rehearsing.

    A batch is one transaction and durable when ``write`` returns. It is fenced by (epoch, batch): a
    batch that is held already changes nothing, and an older owner than the last one is refused. A
    connection that was lost is made anew by the next call, so ``position`` tells after a lost
    answer whether the batch is there.

    Raises ``Unavailable`` while the server does not answer, ``SchemaIncompatible`` if its tables
    are not up to date. ``clock`` gives UTC ms, for ``decided_at`` and ``committed_at`` alone.
    """

    name = "postgresql"
    _first_row = 0

    def __init__(self, url: str, preset: Preset, clock: Callable[[], int] = _now) -> None:
        self._address, self._preset, self._clock = Address.of(url), preset, clock
        self._shape = Shape(form_of(preset), preset.labels.known_after)
        self._versions: dict[tuple[str | None, ...], int] = {}
        self._keeps_minutes = self._is_writer = False
        self._claimed = 0
        self._lock = RLock()
        self._connection: Connection | None = None
        with self._connected():
            pass

    def position(self) -> int:
        """Number of the last batch that is held; -1 for none."""
        with self._connected() as connection:
            return fence.held(connection)[1]

    def epoch(self) -> int:
        """The epoch of the last owner; 0 before the first."""
        with self._connected() as connection:
            return fence.held(connection)[0]

    def claim(self, epoch: int) -> None:
        """Become the owner: sessions of older ones are ended, their later writes refused."""
        with self._connected() as connection:
            fence.expel(connection)
            with self._writing(connection):
                in_force, batch = fence.lock(connection)
                if epoch <= in_force:
                    raise Superseded(
                        f"Epoch {epoch} is not newer than {in_force}, which is in force.",
                        advice="Follow its owner, or claim a newer epoch.",
                    )
                fence.move(connection, epoch, batch)
            self._claimed = epoch

    def entries(self, after: int) -> Iterator[Entry]:
        """The journal's entries with a batch number over ``after``, ascending."""
        while True:
            with self._connected() as connection:
                rows = connection.execute(_SOME_ENTRIES, [after]).fetchall()
            if not rows:
                return
            yield from (entry_of(*row) for row in rows)
            after = rows[-1][0]

    def write(self, entry: Entry, outcome: Outcome) -> None:
        """Keep a batch; see :class:`fraudstream.ports.Sink` for what it raises."""
        with self._connected() as connection, self._writing(connection):
            in_force, batch = fence.lock(connection)
            mine = self._claimed or entry.epoch
            require_owner(mine, in_force)
            if entry.batch > batch:
                self._insert(connection, entry, outcome)
                fence.move(connection, mine, entry.batch)

    def rehearse(self, entry: Entry, outcome: Outcome) -> None:
        """Make a batch's rows as they are written, so that the code for it is loaded."""
        placement = Placement(entry.batch, 0, 0)
        tables = rows_of(outcome, self._shape, placement)
        tables["event_log"] = events_row(outcome, self._shape.form, placement)
        for table, rows in tables.items():
            copied(rows, JSON_COLUMNS)
            if table == "transactions":
                minutes_of(rows)

    def reader(self) -> Reader:
        """Queries over what is committed, on a connection of their own."""
        return open_reader(self._address)

    def close(self) -> None:
        """Let go of the connection; may be called twice."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """The connection, made anew after it was lost; an error of the driver ends it."""
        with self._lock, database_errors(self._address):
            if self._connection is None:
                self._connection = self._open()
            try:
                yield self._connection
            except BaseException:
                self.close()
                raise

    def _open(self) -> Connection:
        connection = connect(self._address)
        try:
            require_current(connection)
            connection.execute(_LOCK_TIMEOUT)
            self._keeps_minutes = not has_timescale(connection)
        except BaseException:
            connection.close()
            raise
        self._versions, self._is_writer = {}, False
        return connection

    @contextmanager
    def _writing(self, connection: Connection) -> Iterator[None]:
        """A transaction of a session that is known as a writer's."""
        if not self._is_writer:
            fence.enlist(connection)
            self._is_writer = True
        with connection.transaction():
            yield

    def _insert(self, connection: Connection, entry: Entry, outcome: Outcome) -> None:
        versions = self._versions_id(connection, outcome.versions.as_dict())
        now = self._clock()
        add_entry(connection, entry, versions, now)
        events = events_row(outcome, self._shape.form, Placement(entry.batch, versions, now))
        copy_rows(connection, "event_log", events)
        self._add_rows(connection, entry, outcome)

    def _add_rows(self, connection: Connection, entry: Entry, outcome: Outcome) -> None:
        now = self._clock()
        versions = self._versions_id(connection, outcome.versions.as_dict())
        placement = Placement(entry.batch, versions, now, entry.latency_us, self._first_row)
        tables = rows_of(outcome, self._shape, placement)
        for table, rows in tables.items():
            copy_rows(connection, table, rows)
        if self._keeps_minutes and "transactions" in tables:
            add_minutes(connection, tables["transactions"])

    def _versions_id(self, connection: Connection, versions: Mapping[str, str | None]) -> int:
        """Looked up once for each connection."""
        key = versions_key(versions)
        if key not in self._versions:
            self._versions[key] = versions_id(connection, versions, self._preset)
        return self._versions[key]
