"""When each decision could be read, against when its message was due."""

from __future__ import annotations

import threading
import time

import numpy as np
from confluent_kafka import Consumer, TopicPartition
from numpy.typing import NDArray

__all__ = ["Reading"]

_ID = b'"transaction_id":"'
_WAIT = 30.0
"""Seconds without any decision after which the rest is given up."""


class Reading:
    """Reads decisions in a thread of its own, as a consumer of committed data sees them."""

    def __init__(self, bootstrap: str, topic: str, count: int) -> None:
        self.arrived = np.zeros(count, np.int64)
        self.copies = 0
        self._left = count
        self._consumer = _consumer(bootstrap)
        self._consumer.assign(_ends(self._consumer, topic))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def latencies(self, begun: int, rate: float) -> NDArray[np.float64]:
        """Milliseconds from due to readable for every message; waits for the last one.

        Raises ``RuntimeError`` if some never came.
        """
        self._thread.join()
        self._consumer.close()
        if self._left:
            raise RuntimeError(f"{self._left} decisions never came")
        due = begun + np.arange(len(self.arrived)) / rate * 1e9
        return np.asarray((self.arrived - due) / 1e6, np.float64)

    def _read(self) -> None:
        last = time.monotonic()
        while self._left and time.monotonic() - last < _WAIT:
            messages = self._consumer.consume(1, 1.0)
            now = time.time_ns()
            messages += self._consumer.consume(10_000, 0)
            for message in messages:
                if message.error() is None:
                    self._note(message.value(), now)
                    last = time.monotonic()

    def _note(self, decision: bytes, now: int) -> None:
        start = decision.index(b"-", decision.index(_ID)) + 1
        number = int(decision[start : decision.index(b'"', start)])
        if self.arrived[number]:
            self.copies += 1
            return
        self.arrived[number] = now
        self._left -= 1


def _ends(consumer: Consumer, topic: str) -> list[TopicPartition]:
    """Where the topic ends now, so that only what comes later is read."""
    partitions = consumer.list_topics(topic, 10).topics[topic].partitions
    places = [TopicPartition(topic, number) for number in partitions]
    for place in places:
        place.offset = consumer.get_watermark_offsets(place)[1]
    return places


def _consumer(bootstrap: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "bench",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "fetch.wait.max.ms": 5,
        }
    )
