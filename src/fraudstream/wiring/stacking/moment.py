"""One moment of the database at which every batch is whole, and how far all was decided then."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import psycopg

from fraudstream.errors import NotReachable
from fraudstream.stores.postgres.address import Address
from fraudstream.stores.postgres.connecting import Connection, connect, database_errors

__all__ = ["decided_until", "whole_moment"]

PATIENCE = 60.0
"""Seconds in which there is a moment at which no batch is being written in shares."""

PAUSE = 0.05

_WHOLE = """
    select coalesce(max(batch) = max(batch) filter (where sink = 'primary'), false)
    from sink_offsets
"""
_RANGES = """
    select ranges from journal
    where batch = (select batch from sink_offsets where sink = 'primary')
"""


@contextmanager
def whole_moment(url: str) -> Iterator[Connection]:
    """A session that sees one moment of the database, and leaves nothing in it.

    The engine writes a batch in one transaction; on a cluster each worker commits its own share.
    """
    address, deadline = Address.of(url), time.monotonic() + PATIENCE
    with closing(connect(address)) as connection, database_errors(address):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        while True:
            with connection.transaction(force_rollback=True):
                if _is_whole(connection):
                    yield connection
                    return
            if time.monotonic() > deadline:
                raise NotReachable(
                    f"No batch was completed in {PATIENCE:.0f} s.",
                    advice="Look at what decides: fraudstream stack status",
                )
            time.sleep(PAUSE)


def decided_until(connection: Connection) -> dict[int, int]:
    """Positions by numbered partition, as the journal has them."""
    found = connection.execute(_RANGES).fetchone()
    ranges: Mapping[str, int] = json.loads(found[0])["end"] if found else {}
    return {int(partition): end for partition, end in ranges.items()}


def _is_whole(connection: Connection) -> bool:
    found = connection.execute(_WHOLE).fetchone()
    return bool(found and found[0])
