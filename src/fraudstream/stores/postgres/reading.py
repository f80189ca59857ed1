"""The database's read side: the shared questions, over a connection of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import finalize

from psycopg.rows import dict_row

from fraudstream.stores.postgres.address import Address
from fraudstream.stores.postgres.connecting import connect, database_errors
from fraudstream.stores.postgres.migrating import require_current
from fraudstream.stores.sql.reading import Reader

__all__ = ["open_reader"]


class DatabaseAnswers:
    """A connection that answers; :class:`fraudstream.stores.sql.reading.Answers`."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection = connect(address)
        self._end = finalize(self, self._connection.close)
        with database_errors(address):
            require_current(self._connection)
            self._connection.execute("set default_transaction_read_only = on")

    def rows(self, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """A query's answer."""
        with database_errors(self._address), self._connection.cursor(row_factory=dict_row) as at:
            return at.execute(query.encode(), list(values)).fetchall()

    def close(self) -> None:
        """Let go of the connection; so does being forgotten."""
        self._end()


def open_reader(address: Address) -> Reader:
    """Read a database; what an engine has written is seen as soon as it is committed."""
    return Reader(DatabaseAnswers(address))
