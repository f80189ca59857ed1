"""The producer behind a sink: sends messages and knows when all of them are durable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from fraudstream.errors import FraudstreamError, Unavailable
from fraudstream.kafka.client import Cluster, library
from fraudstream.kafka.failures import failure_of
from fraudstream.sinks.kafka.messages import Message

__all__ = ["Outbox"]

_SECONDS = 5.0

Delivered = Callable[[Any], None]
"""Is told of a message that was delivered; its offset is -1 where that is not known."""


class Outbox:
    """An idempotent producer; with a ``transactional_id`` everything goes out in transactions.

    After an error other than ``Unavailable`` it is of no more use. Without transactions what was
    sent is sent until it is delivered, however long that takes: waiting again is enough.
    """

    def __init__(self, cluster: Cluster, transactional_id: str | None = None) -> None:
        self._error: Any = None
        own: dict[str, Any] = {"error_cb": self._note}
        if transactional_id is None:
            own["message.timeout.ms"] = 0
        else:
            own |= {"transactional.id": transactional_id, "transaction.timeout.ms": 15_000}
        self._client = cluster.producer(own)
        if transactional_id is not None:
            self._attempt(lambda: self._client.init_transactions(_SECONDS))

    def send(self, messages: Iterable[Message], delivered: Delivered | None = None) -> None:
        """Hand messages to the client."""

        def report(error: Any, message: Any) -> None:
            if error is not None:
                self._error = self._error or error
            elif delivered is not None:
                delivered(message)

        for topic, key, value, headers in messages:
            while True:
                try:
                    self._client.produce(topic, value, key, on_delivery=report, headers=headers)
                    break
                except BufferError:
                    self._client.poll(0.1)
                    self._raise("Writing")
                except library().KafkaException as error:
                    raise failure_of(error, f"Writing to {topic}") from error

    def wait(self, seconds: float = _SECONDS) -> None:
        """Return when everything that was sent is durable; raises ``Unavailable`` after so long."""
        deadline = time.monotonic() + seconds
        while left := self._flush(max(0.0, deadline - time.monotonic())):
            self._raise("Writing")
            if time.monotonic() >= deadline:
                raise Unavailable(f"Kafka has not confirmed {left:,} messages yet.")
        self._raise("Writing")

    def commit(self, messages: Iterable[Message]) -> None:
        """Send messages as one transaction; raises ``Unavailable`` where its end is not known."""
        self._attempt(self._client.begin_transaction)
        self.send(messages)
        self._attempt(lambda: self._client.commit_transaction(2 * _SECONDS))

    def close(self, seconds: float = 0.0) -> None:
        """Wait so long for what was sent last, then forget it."""
        with suppress(FraudstreamError):  # of one that was shut out nothing is expected any more
            self._flush(seconds)
        self._client.purge()
        with suppress(FraudstreamError):
            self._flush(0.1)

    def _flush(self, seconds: float) -> int:
        """How many messages are not confirmed after so long."""
        try:
            return int(self._client.flush(seconds))
        except library().KafkaException as error:
            raise failure_of(self._error or error, "Writing") from error

    def _attempt(self, action: Callable[[], Any]) -> None:
        try:
            action()
        except library().KafkaException as error:
            raise failure_of(self._error or error, "Writing") from error

    def _note(self, error: Any) -> None:
        """What makes the producer useless."""
        if error.fatal():
            self._error = self._error or error

    def _raise(self, doing: str) -> None:
        if self._error is not None:
            raise failure_of(self._error, doing)
