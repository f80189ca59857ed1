"""Connections to the database, and saying in words why there is none or why it refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.types.string import TextLoader

from fraudstream.errors import FraudstreamError, Problem, StorageFailed, Unavailable
from fraudstream.stores.postgres.address import Address

__all__ = ["Connection", "connect", "database_errors"]

Connection = psycopg.Connection[tuple[Any, ...]]

_SESSION = """
    set time zone 'UTC';
    set client_encoding = 'UTF8';
    select set_config('synchronous_commit', 'on', false)
        where current_setting('synchronous_commit') = 'off';
"""

_PASSING = (
    "08",  # the connection was lost
    "25006",  # a standby answered: the primary is moving
    "40",  # a deadlock, or rolled back for another
    "53200",  # out of memory
    "53300",  # too many connections
    "55P03",  # a lock was not to be had in time
    "57",  # shut down, started up, cancelled
)
"""Beginnings of the SQLSTATEs that pass by themselves."""


def connect(address: Address) -> Connection:
    """A connection in UTC whose commits are durable; raises ``Unavailable`` if there is none.

    It commits each statement unless a transaction is begun, reads parameters as ``$1`` and gives
    JSON as text.
    """
    parameters: dict[str, Any] = dict(address.parameters)
    with database_errors(address):
        connection = psycopg.connect(
            **parameters, autocommit=True, cursor_factory=psycopg.RawCursor
        )
        try:
            _require_tls(connection, address)
            connection.execute(_SESSION)
            for name in ("json", "jsonb"):
                connection.adapters.register_loader(name, TextLoader)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def database_errors(address: Address) -> Iterator[None]:
    """Turn what the driver raises into ``Unavailable`` or ``StorageFailed``."""
    try:
        yield
    except psycopg.Error as error:
        raise _told(address, error) from error


def _told(address: Address, error: psycopg.Error) -> FraudstreamError:
    problem = Problem(str(error).strip().partition("\n")[0])
    lost = error.sqlstate is None and isinstance(
        error, psycopg.OperationalError | psycopg.InterfaceError
    )
    if lost or (error.sqlstate or "").startswith(_PASSING):
        return Unavailable(
            f"The database {address} does not answer.",
            [problem],
            "Start it or mend the way to it; nothing was skipped, and writing is tried again.",
        )
    return StorageFailed(
        f"The database {address} refused; nothing of the batch was kept.",
        [problem],
        "Free space, restore the permission or bring the tables up to date (fraudstream db "
        "migrate), then start again.",
    )


def _require_tls(connection: Connection, address: Address) -> None:
    """libpq sees to it; this is the second lock on the door."""
    on_a_wire = not connection.info.host.startswith("/")
    if address.is_encrypted and on_a_wire and not connection.pgconn.ssl_in_use:
        raise StorageFailed(
            f"The connection to {address} is not encrypted, though its URL asks for it.",
            advice="Switch TLS on in the server, and check what stands between.",
        )
