"""A bank's stream in topics, with all that goes wrong on the way there."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.services.broker import Broker

from fraudstream.kafka import Cluster, Event, Writer
from fraudstream.simulator import Settings as Bank
from fraudstream.simulator import encode_json, stream

KEPT = {"retention.ms": "-1"}
"""The bank's history is older than what a topic keeps by default."""

TOPICS = {"transaction": 3, "label": 2, "profile": 1}
"""Partitions of each topic; reversals are among the transactions."""


@dataclass
class Log:
    """A stream on its way into its topics; ``url`` is what ``--source`` names."""

    kafka: Broker
    url: str
    events: list[Event]
    written: int = 0

    @classmethod
    def of(cls, kafka: Broker, days: float, seed: int = 1) -> Log:
        """So many days of a small bank that attackers like, for topics of their own."""
        names = {kind: kafka.topic(count, kind, KEPT) for kind, count in TOPICS.items()}
        url = kafka.url(",".join(names.values()))
        names["reversal"] = names["transaction"]
        bank = Bank(customers=60, days=days, seed=seed, fraud_share=0.05)
        return cls(kafka, url, list(_spoilt(random.Random(seed), bank, names)))

    def write(self, share: float) -> None:
        """Write the next share of all messages."""
        end = self.written + math.ceil(share * len(self.events))
        writer = Writer(Cluster(self.kafka.bootstrap))
        writer.write(self.events[self.written : end])
        writer.finish()
        self.written = min(end, len(self.events))


def _spoilt(chance: random.Random, bank: Bank, names: dict[str, str]) -> Iterator[Event]:
    """The events as they come: some late, twice, with another content, at one time, or broken."""
    clock, held = 0, list[Event]()
    for line in b"".join(encode_json(chunk) for chunk in stream(bank)).splitlines():
        event = _event(line, names)
        clock = max(clock, event.timestamp)
        if chance.random() < 0.04:
            held.append(event)
            continue
        yield replace(event, timestamp=clock)
        if chance.random() < 0.03:
            yield replace(event, timestamp=clock, headers=(("trace", b"7"), ("none", None)))
        if chance.random() < 0.02:
            yield _changed(event, clock, amount="1.00")
        if chance.random() < 0.02:
            yield _changed(event, clock, transaction_id=f"same_{clock}_{len(held)}")
        if chance.random() < 0.01:
            yield replace(event, value=b'{"transaction_id": ', timestamp=clock)
        while held and chance.random() < 0.05:
            yield replace(held.pop(0), timestamp=clock)


def _event(line: bytes, names: dict[str, str]) -> Event:
    said: dict[str, Any] = json.loads(line)
    told = said.get("known_at") or said["event_time"]
    moment = int(datetime.fromisoformat(told).timestamp() * 1000)
    account = said.get("account_id")
    kind = said.get("kind", "transaction")
    return Event(names[kind], line, account.encode() if account else None, moment)


def _changed(event: Event, clock: int, **changes: str) -> Event:
    said = {**json.loads(event.value), **changes}
    return replace(event, value=json.dumps(said).encode(), timestamp=clock)
