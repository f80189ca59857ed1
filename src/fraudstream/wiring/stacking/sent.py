"""What the producers sent and the engine published: the topics themselves, message by message."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fraudstream.errors import NotReachable

__all__ = ["Decisions", "Message", "Place", "ends", "messages"]

WAIT = 15.0
"""Seconds that a broker may be silent."""

POLL = 0.2
"""Seconds in which a call collects messages; it waits for as many as it is asked for."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``timestamp`` is UTC ms."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    value: bytes
    headers: Mapping[str, bytes]


Place = tuple[str, int, int]
"""Topic, partition, offset."""


def messages(bootstrap: str, topic: str, until: Mapping[int, int]) -> Iterator[Message]:
    """The committed messages of a topic before the offsets ``until`` of its partitions."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "fraudstream-check",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    try:
        wanted = {number: end for number, end in until.items() if end > 0}
        consumer.assign([TopicPartition(topic, number, 0) for number in wanted])
        yield from _read(lambda: consumer.consume(10_000, POLL), wanted)
    finally:
        consumer.close()


def ends(bootstrap: str, topic: str) -> dict[int, int]:
    """For each partition the offset after its last committed message."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "fraudstream-check"})
    try:
        partitions = consumer.list_topics(topic, timeout=WAIT).topics[topic].partitions
        return {
            number: consumer.get_watermark_offsets(TopicPartition(topic, number), WAIT)[1]
            for number in partitions
        }
    finally:
        consumer.close()


class Decisions:
    """The published decisions by the place of their transaction."""

    def __init__(self) -> None:
        self.by_place: dict[Place, bytes] = {}
        self.copies = 0
        self.different = 0

    def add(self, message: Message) -> None:
        """Take a message of the topic of decisions; a second one for a transaction is counted."""
        source: dict[str, Any] = json.loads(message.value)["source"]
        place = source["name"], source["partition"], source["offset"]
        before = self.by_place.setdefault(place, message.value)
        if before is not message.value:
            self.copies += 1
            self.different += before != message.value


def _read(poll: Callable[[], list[Any]], until: dict[int, int]) -> Iterator[Message]:
    heard = time.monotonic()
    while until:
        found = poll()
        if found:
            heard = time.monotonic()
        elif time.monotonic() - heard > WAIT:
            raise NotReachable(f"Kafka says nothing for {WAIT:.0f} s.")
        for message in found:
            number, offset = message.partition(), message.offset()
            end = until.get(number)
            if end is None:
                continue
            if message.error() is None and offset < end:
                headers = dict(message.headers() or [])
                stamp = message.timestamp()[1]
                yield Message(
                    message.topic(), number, offset, stamp, message.value() or b"", headers
                )
            # the end of a partition is an error of its own; a transaction's marker has an offset
            if offset >= end - 1:
                del until[number]
