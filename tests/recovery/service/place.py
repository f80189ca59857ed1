"""Where a trial happens: topics of its own, a database, a folder; and what its engines are told."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from confluent_kafka.admin import AdminClient, NewTopic

from fraudstream.config import Settings

__all__ = ["HOMES", "PARTITIONS", "SECRET", "Kind", "Place"]

Kind = Literal["database", "copies", "kafka"]
"""What keeps the journal, and the guarantee of the topics: the database and decisions exactly once,
the database and decisions at least once, Kafka alone."""

PARTITIONS = 3
"""Of the topic of transactions; an account's events are all in one of them."""

HOMES = ("one", "other")
"""Two engines are there at any time, each with a home of its own."""

SECRET = "known to every engine of the trial"
TOPICS = ("raw", "labels", "profiles", "decisions", "alerts", "rejects", "journal", "control")
FOR_EVER = {"retention.ms": "-1"}
"""The bank's messages are older than what a broker keeps by itself."""


@dataclass(frozen=True)
class Place:
    """Servers and names; ``mark`` tells the trial's topics from those of others."""

    kind: Kind
    bootstrap: str
    database: str
    folder: Path
    mark: str
    takeover: str = "1s"

    @classmethod
    def made(cls, kind: Kind, bootstrap: str, database: str, folder: Path) -> Place:
        """With new topics."""
        place = cls(kind, bootstrap, database, folder, uuid.uuid4().hex[:8])
        several = ("raw", "decisions")
        wanted = [
            NewTopic(place.topic(name), PARTITIONS if name in several else 1, config=FOR_EVER)
            for name in TOPICS
        ]
        kafka = AdminClient({"bootstrap.servers": bootstrap})
        for created in kafka.create_topics(wanted).values():
            created.result()
        return place

    def topic(self, name: str) -> str:
        """The full name of one of the topics."""
        return f"{name}-{self.mark}"

    @property
    def keeps_database(self) -> bool:
        """Whether decisions go to the database, which then has the journal."""
        return self.kind != "kafka"

    def settings(self, home: str = HOMES[0]) -> Settings:
        """What every engine is started with."""
        kafka, inputs = f"kafka://{self.bootstrap}", map(self.topic, TOPICS[:3])
        sinks = [f"{kafka}/{self.topic('decisions')}"]
        names = {name: self.topic(name) for name in TOPICS[4:]}
        guarantee = "at_least_once" if self.kind == "copies" else "exactly_once"
        return Settings.model_validate(
            {
                "home": self.folder / home,
                "models": self.folder / "models",
                "secret": SECRET,
                "model": "champion",
                "run": {
                    "source": [f"{kafka}/{','.join(inputs)}"],
                    "sink": [self.database, *sinks] if self.keeps_database else sinks,
                    "http": "off",
                },
                "kafka": {"topics": names, "guarantee": guarantee, "takeover": self.takeover},
                "engine": {"max_batch": 20, "checkpoint_every": 1},
            }
        )

    def log(self, number: int) -> Path:
        """The log of one engine's life."""
        os.makedirs(self.folder / "logs", exist_ok=True)
        return self.folder / "logs" / f"{number:04}.log"
