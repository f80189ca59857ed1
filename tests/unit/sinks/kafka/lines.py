"""Batches of plain lines for a sink, and what a reader of its topics sees."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from tests.services.broker import Broker, Message

from fraudstream.errors import Unavailable
from fraudstream.kafka import Cluster
from fraudstream.ports import Entry
from fraudstream.sinks.kafka import KafkaSink, Stamp, Topics
from fraudstream.sinks.kafka import Message as Outgoing

Lines = list[bytes]
T = TypeVar("T")
PATIENCE = 90.0


def topics_of(broker: Broker) -> Topics:
    """Topics of a test's own."""
    return Topics(*(broker.topic(name=name) for name in Topics().names()))


def sink_on(broker: Broker, topics: Topics, exactly_once: bool) -> KafkaSink[Lines]:
    """A sink that has claimed nothing yet."""

    def published(outcome: Lines, stamp: Stamp) -> Iterator[Outgoing]:
        for line in outcome:
            yield topics.decisions, None, line, stamp.headers()

    return KafkaSink(Cluster(broker.bootstrap), topics, published, exactly_once, clock=lambda: 5)


def owner_on(broker: Broker, topics: Topics, exactly_once: bool) -> KafkaSink[Lines]:
    """A sink that owns the journal."""
    sink = sink_on(broker, topics, exactly_once)
    patiently(lambda: sink.claim(sink.epoch() + 1))
    return sink


def entry(batch: int, epoch: int = 1) -> Entry:
    return Entry(batch, {0: 10 * batch}, {0: 10 * batch + 10}, 7, {"model": "1"}, epoch)


def lines(batch: int, count: int = 3) -> Lines:
    return [b"%d-%d" % (batch, row) for row in range(count)]


def decisions(broker: Broker, topics: Topics) -> list[bytes | None]:
    """What a reader of committed messages has seen."""
    return [message.value for message in messages(broker, topics)]


def messages(broker: Broker, topics: Topics) -> list[Message]:
    return broker.read(topics.decisions)


def patiently(attempt: Callable[[], T]) -> T:
    """Repeat while something is unavailable, as the engine does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            return attempt()
        except Unavailable:
            time.sleep(0.1)
    pytest.fail("did not become available again")
