"""One of many writers of decisions: each message at least once, none before its batch is noted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from fraudstream.errors import FraudstreamError, Unavailable
from fraudstream.kafka import Cluster
from fraudstream.ports import Entry
from fraudstream.sinks.kafka.messages import Message, Stamp
from fraudstream.sinks.kafka.outbox import Outbox

__all__ = ["KafkaShare"]

O = TypeVar("O", contravariant=True)


def _now() -> int:
    return time.time_ns() // 1_000_000


class KafkaShare(Generic[O]):
    """Writes shares of batches for the owner of ``epoch``; another attempt may write a copy.

    A copy is the same to the byte but for the time it was decided at, and its headers say where
    its transaction came from, so a reader can drop it. ``publish`` makes an outcome's messages.
    """

    name = "kafka"

    def __init__(
        self, cluster: Cluster, publish: Callable[[O, Stamp], Iterable[Message]], epoch: int
    ) -> None:
        self._cluster, self._publish, self._epoch = cluster, publish, epoch
        self._outbox: Outbox | None = None
        self._sent = -1

    def write(self, entry: Entry, outcome: O) -> None:
        """Keep a share; after ``Unavailable`` call it again: what was sent is on its way."""
        if self._outbox is None:
            self._outbox, self._sent = Outbox(self._cluster), -1
        try:
            if entry.batch != self._sent:
                stamp = Stamp(entry.batch, self._epoch, _now(), entry.latency_us)
                self._outbox.send(self._publish(outcome, stamp))
                self._sent = entry.batch
            self._outbox.wait()
        except Unavailable:
            raise
        except FraudstreamError:
            self.close()
            raise

    def close(self) -> None:
        """Let go; may be called twice."""
        if self._outbox is not None:
            self._outbox.close()
        self._outbox = None
