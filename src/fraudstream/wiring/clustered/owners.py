"""The driver's side of places that workers write to: who owns them, which batches are whole."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from fraudstream.config.kafka import KafkaSettings
from fraudstream.errors import CheckpointIncompatible, Problem
from fraudstream.ports import Entry
from fraudstream.schema import Preset
from fraudstream.spark.journal import Journal
from fraudstream.wiring.kafka import decision_topics
from fraudstream.wiring.schemes import is_kafka, is_postgresql

if TYPE_CHECKING:
    from fraudstream.stores.postgres import SharedPostgres

__all__ = ["Owner"]


class Owner:
    """Owns every place of a job; on return from its making no older job can write to a database.

    ``epoch`` is the one that was claimed. Raises ``CheckpointIncompatible`` where a database holds
    batches that are not this job's.
    """

    def __init__(self, places: Sequence[str], preset: Preset, kafka: KafkaSettings) -> None:
        self._stack = ExitStack()
        self.databases: list[SharedPostgres] = []
        for place in places:
            if is_postgresql(place):
                self._open(place, preset)
            elif is_kafka(place):
                decision_topics(place, kafka)
            else:
                Path(place).mkdir(parents=True, exist_ok=True)

    def _open(self, place: str, preset: Preset) -> None:
        from fraudstream.stores.postgres import SharedPostgres

        database = SharedPostgres(place, preset)
        self._stack.callback(database.close)
        self.databases.append(database)

    def claim(self, journal: Journal) -> int:
        """Become the owner, of an epoch newer than every one before."""
        for database in self.databases:
            _require_same(database, journal)
        last = journal.last()
        epochs = [database.epoch() for database in self.databases]
        epoch = 1 + max([*epochs, last.epoch if last else 0])
        for database in self.databases:
            database.claim(epoch)
        return epoch

    def begin(self, entry: Entry) -> None:
        """Note a batch before any of its decisions can be seen."""
        for database in self.databases:
            database.begin(entry)

    def complete(self, entry: Entry) -> None:
        """Note that a batch is whole."""
        for database in self.databases:
            database.complete(entry)

    def close(self) -> None:
        """Let go."""
        self._stack.close()


def _require_same(database: SharedPostgres, journal: Journal) -> None:
    """The last batch that a database notes is one of this job's, and the same."""
    position = database.position()
    if position < 0:
        return
    theirs = next(database.entries(position - 1), None)
    mine = journal.entry(position)
    if theirs is None or mine is None or (theirs.start, theirs.end) != (mine.start, mine.end):
        raise CheckpointIncompatible(
            "The database holds the decisions of another run.",
            [Problem(f"its batch {position} is not one of this job's checkpoint")],
            "Write to an empty database (fraudstream db migrate), or start the job with the "
            "checkpoint that belongs to this one.",
        )
