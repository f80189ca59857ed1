"""Who may write: the row of ``sink_offsets``, locked by each write in its own transaction.

An owner's database sessions also hold an advisory lock, shared, from their first write to their
end. The server thereby knows all sessions that could still have a write under way, and a successor
ends them, whatever they were doing.

Where many processes write shares of each batch for one owner, each share has a row of its own, and
each of its writes looks at the owner's row too, which no successor can move meanwhile.
"""

from __future__ import annotations

from fraudstream.stores.postgres.connecting import Connection

__all__ = ["PRIMARY", "enlist", "epoch_kept", "expel", "held", "lock", "move"]

PRIMARY = "primary"
"""The owner's row."""

_WRITERS = "pg_advisory_lock_shared(1718772083, 'sink_offsets'::regclass::oid::int)"
"""The lock of those who write into these tables: ``frds`` and the tables' own number."""


def enlist(connection: Connection) -> None:
    """Let the server know this session as one that writes."""
    connection.execute(f"select {_WRITERS}".encode())


def expel(connection: Connection) -> None:
    """End all other sessions that write; each rolls back what it had not committed."""
    connection.execute(_EXPEL)


def held(connection: Connection, sink: str = PRIMARY) -> tuple[int, int]:
    """Epoch and batch of the last write; (0, -1) before the first."""
    found = connection.execute(_HELD, [sink]).fetchone()
    return (found[0], found[1]) if found else (0, -1)


def lock(connection: Connection, sink: str = PRIMARY) -> tuple[int, int]:
    """The same, locked until the transaction ends."""
    found = connection.execute(_LOCKED, [sink]).fetchone()
    if found is None:
        connection.execute(_FIRST, [sink])
        return lock(connection, sink)
    return found[0], found[1]


def epoch_kept(connection: Connection) -> int:
    """The owner's epoch, which nobody can change until the transaction ends."""
    found = connection.execute(_KEPT, [PRIMARY]).fetchone()
    return found[0] if found else 0


def move(connection: Connection, epoch: int, batch: int, sink: str = PRIMARY) -> None:
    """Note a write."""
    connection.execute(
        "update sink_offsets set epoch = $2, batch = $3 where sink = $1", [sink, epoch, batch]
    )


_HELD = "select epoch, batch from sink_offsets where sink = $1"

_LOCKED = f"{_HELD} for update"

_KEPT = f"{_HELD} for share"

_FIRST = "insert into sink_offsets values ($1, 0, -1) on conflict do nothing"

_EXPEL = """
    select pg_terminate_backend(pid)
    from pg_locks
    where locktype = 'advisory' and objsubid = 2 and granted
        and database = (select oid from pg_database where datname = current_database())
        and classid = 1718772083::oid
        and objid = 'sink_offsets'::regclass::oid
        and pid <> pg_backend_pid()
"""
