"""Events into topics: idempotent, counted when they are acknowledged."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from fraudstream.errors import NotReachable
from fraudstream.kafka.client import Cluster, library
from fraudstream.kafka.failures import failure_of

__all__ = ["Event", "Writer"]

_WAIT = 0.1


@dataclass(frozen=True, slots=True)
class Event:
    """A message for a topic; ``timestamp`` is UTC ms, 0 for now."""

    topic: str
    value: bytes
    key: bytes | None = None
    timestamp: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = field(default=())


class Writer:
    """Writes events; the client sends them again until they are acknowledged, each once.

    ``acknowledged`` counts those that are durable.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.acknowledged = 0
        self._error: Any = None
        self._client = cluster.producer({"linger.ms": 5})

    def write(self, events: Iterable[Event]) -> None:
        """Hand events over; waits while too many are on their way."""
        for event in events:
            while not self._taken(event):
                self._client.poll(_WAIT)
        self._client.poll(0)
        self._check()

    def finish(self, seconds: float = 30.0) -> None:
        """Return when everything is durable; raises ``NotReachable`` if that takes too long."""
        deadline = time.monotonic() + seconds
        while (left := self._client.flush(_WAIT)) and time.monotonic() < deadline:
            self._check()
        self._check()
        if left:
            raise NotReachable(
                f"Kafka has acknowledged {self.acknowledged:,} events, and not the last {left:,}.",
                advice="They may or may not be in the topic; look at the brokers.",
            )

    def _taken(self, event: Event) -> bool:
        try:
            self._client.produce(
                event.topic,
                event.value,
                event.key,
                on_delivery=self._report,
                timestamp=event.timestamp,
                headers=list(event.headers),
            )
        except BufferError:
            self._check()
            return False
        except library().KafkaException as error:
            raise failure_of(error, f"Writing to {event.topic}") from error
        return True

    def _report(self, error: Any, message: Any) -> None:
        if error is None:
            self.acknowledged += 1
        else:
            self._error = self._error or error

    def _check(self) -> None:
        if self._error is not None:
            raise failure_of(self._error, "Writing")
