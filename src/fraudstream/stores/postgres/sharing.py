"""Many processes write shares of each batch: what their owner says, and what each of them does."""

from __future__ import annotations

from fraudstream.decisions import Outcome
from fraudstream.ports import Entry
from fraudstream.schema import Preset
from fraudstream.stores.postgres import fence
from fraudstream.stores.postgres.store import PostgresStore
from fraudstream.stores.postgres.writing import add_entry
from fraudstream.stores.sql.owning import require_owner

__all__ = ["PostgresShare", "SharedPostgres"]

_ROWS = 1 << 31
"""How many different numbers ``batch_row`` has; each share has its part of them."""


class SharedPostgres(PostgresStore):
    """The owner's side: it claims an epoch, notes each batch, and says when all shares are there.

    It writes no decisions. A reader sees those of a batch as soon as their share is written;
    ``position`` is the last batch of which all are.
    """

    def begin(self, entry: Entry) -> None:
        """Note a batch in the journal, before any share of it is written; again is harmless."""
        with self._connected() as connection, self._writing(connection):
            self._require_mine(fence.lock(connection)[0])
            noted = "select 1 from journal where batch = $1"
            if connection.execute(noted, [entry.batch]).fetchone() is None:
                versions = self._versions_id(connection, entry.versions)
                add_entry(connection, entry, versions, self._clock())

    def complete(self, entry: Entry) -> None:
        """Note that all shares of a batch are there."""
        with self._connected() as connection, self._writing(connection):
            in_force, batch = fence.lock(connection)
            self._require_mine(in_force)
            fence.move(connection, in_force, max(batch, entry.batch))

    def _require_mine(self, in_force: int) -> None:
        require_owner(self._claimed, in_force)


class PostgresShare(PostgresStore):
    """One share of each batch: ``share`` is its number and how many there are, ``epoch`` for whom.

    Each share of a batch is one transaction, fenced by (epoch, share, batch): written again it
    changes nothing, and nothing is written for an owner whose time is over. No two shares have a
    ``batch_row`` in common.
    """

    def __init__(self, url: str, preset: Preset, share: tuple[int, int], epoch: int) -> None:
        number, shares = share
        self._sink = f"share-{number:03}"
        super().__init__(url, preset)
        self._claimed = epoch
        self._first_row = number * (_ROWS // shares)

    def position(self) -> int:
        """Number of the last batch whose share is held; -1 for none."""
        with self._connected() as connection:
            return fence.held(connection, self._sink)[1]

    def write(self, entry: Entry, outcome: Outcome) -> None:
        """Keep a share of a batch; its owner has noted the batch before."""
        with self._connected() as connection, self._writing(connection):
            require_owner(self._claimed, fence.epoch_kept(connection))
            _, batch = fence.lock(connection, self._sink)
            if entry.batch > batch:
                self._add_rows(connection, entry, outcome)
                fence.move(connection, self._claimed, entry.batch, self._sink)
