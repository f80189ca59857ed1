"""Tables that are not ours, read row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from fraudstream.errors import InputInvalid, StorageFailed
from fraudstream.stores.postgres.address import Address
from fraudstream.stores.postgres.connecting import connect, database_errors

__all__ = ["rows_of_table"]

_AT_ONCE = 10_000


def rows_of_table(address: Address, table: str) -> Iterator[dict[str, Any]]:
    """Every row of ``TABLE`` or ``SCHEMA.TABLE``; raises ``InputInvalid`` if it cannot be read."""
    query = sql.SQL("select * from {}").format(sql.Identifier(*table.split(".")))
    connection = connect(address)
    try:
        with (
            database_errors(address),
            connection.transaction(),
            connection.cursor("rows", row_factory=dict_row) as cursor,
        ):
            cursor.itersize = _AT_ONCE
            cursor.execute(query)
            yield from cursor
    except StorageFailed as error:
        raise InputInvalid(
            f"The table {table} of {address} cannot be read.",
            error.problems,
            "Write its name as TABLE or SCHEMA.TABLE, and let this user read it.",
        ) from error
    finally:
        connection.close()
