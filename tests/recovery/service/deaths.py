"""Engines that end themselves with SIGKILL in the middle of what they do."""

from __future__ import annotations

import os
import random
import signal
import threading
from dataclasses import dataclass
from typing import Any, Literal

from tests.recovery.service.place import Kind

from fraudstream.engine import FileCheckpoints, container, term
from fraudstream.sinks.kafka import KafkaSink
from fraudstream.sinks.kafka.outbox import Outbox
from fraudstream.stores.postgres import PostgresStore
from fraudstream.wiring.watching import Watching

__all__ = ["PLACES", "Death"]

Moment = Literal["before", "after"]

PLACES: dict[str, tuple[Any, str, Moment]] = {
    "before the database is claimed": (PostgresStore, "claim", "before"),
    "between the claims": (KafkaSink, "claim", "before"),
    "when all is claimed": (KafkaSink, "claim", "after"),
    "while completing what a former owner left": (term, "compute_again", "after"),
    "within the database's transaction": (PostgresStore, "_insert", "after"),
    "between the writes of database and Kafka": (KafkaSink, "write", "before"),
    "within Kafka's transaction": (Outbox, "send", "after"),
    "between the writes of two batches": (KafkaSink, "write", "after"),
    "before a checkpoint": (FileCheckpoints, "save", "before"),
    "within a checkpoint": (container, "write", "after"),
    "after a checkpoint": (FileCheckpoints, "save", "after"),
}
"""What is called there, and on which side of it."""


@dataclass(frozen=True)
class Death:
    """The end of a life at a place, when it is come to for the ``number``-th time, from 0."""

    place: str
    number: int

    @classmethod
    def drawn(cls, dice: random.Random, kind: Kind) -> Death:
        """Any place that engines of this kind come to."""
        absent = PostgresStore if kind == "kafka" else None
        place = dice.choice([name for name, (owner, *_) in PLACES.items() if owner is not absent])
        return cls(place, 0 if "claim" in place else dice.randrange(3))

    def prepare(self) -> None:
        """Take the place of what is called there, for good: only in a process of its own."""
        owner, name, moment = PLACES[self.place]
        call, left = getattr(owner, name), self.number

        def counting(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= armed.is_set()
            if left >= 0:
                return call(*arguments, **named)
            if moment == "after":
                call(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)

        armed = self._armed()
        setattr(owner, name, counting)

    def _armed(self) -> threading.Event:
        """Set when the engine leads, for followers come to some of the places too."""
        armed, leads = threading.Event(), Watching.leads

        def leading(watching: Watching, epoch: int) -> None:
            leads(watching, epoch)
            armed.set()

        setattr(Watching, "leads", leading)  # noqa: B010 - in this process alone
        if "claim" in self.place:
            armed.set()
        return armed
