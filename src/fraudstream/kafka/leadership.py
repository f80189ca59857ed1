"""Who owns the input: the one to whom Kafka has given the only partition of the control topic."""

from __future__ import annotations

import threading
from typing import Any

from fraudstream.errors import FraudstreamError
from fraudstream.kafka.client import Cluster
from fraudstream.kafka.failures import failure_of, is_final

__all__ = ["ControlTopic"]

_SESSION_MS = 6_000
_BEATS = 10
"""Signs of life in the time of a session."""

_POLL = 0.2


class ControlTopic:
    """A :class:`fraudstream.ports.Leadership` by Kafka's consumer groups.

    The group's members are the engines. A member that is killed is missed after its session has
    timed out, ``session_ms``; one that closes hands over at once. The group is attended to by a
    thread, so that a long batch does not cost the leadership.
    """

    def __init__(self, cluster: Cluster, topic: str, session_ms: int = _SESSION_MS) -> None:
        self._cluster, self._topic, self._session_ms = cluster, topic, session_ms
        self._leads = False
        self._refused: FraudstreamError | None = None
        self._resigning, self._closing = threading.Event(), threading.Event()
        self._client = self._member()
        self._thread = threading.Thread(target=self._attend, name="leadership", daemon=True)
        self._thread.start()

    def leads(self) -> bool:
        """Whether this engine owns the input as far as is known here.

        A moment later another one may: what keeps two from writing is the epoch that is claimed.
        Raises what waiting cannot mend, such as a group that this user may not join.
        """
        if self._refused is not None:
            raise self._refused
        return self._leads

    def resign(self) -> None:
        """Leave the group and join it again, as its youngest member."""
        self._leads = False
        self._resigning.set()

    def close(self) -> None:
        """Leave the group; may be called twice."""
        if not self._closing.is_set():
            self._closing.set()
            self._thread.join()
            self._leads = False
            self._client.close()

    def _member(self) -> Any:
        """A new member of the group."""
        client = self._cluster.consumer(
            {
                "group.id": self._topic,
                "session.timeout.ms": self._session_ms,
                "heartbeat.interval.ms": self._session_ms // _BEATS,
                "auto.offset.reset": "latest",
                "partition.assignment.strategy": "cooperative-sticky",
            }
        )
        client.subscribe(
            [self._topic], on_assign=self._take, on_revoke=self._give, on_lost=self._give
        )
        return client

    def _attend(self) -> None:
        while not self._closing.is_set():
            if self._resigning.is_set():
                self._resigning.clear()
                self._client.close()
                self._client = self._member()
            message = self._client.poll(_POLL)
            if message is not None and message.error() and is_final(message.error()):
                self._refused = failure_of(message.error(), "Joining the engines")

    def _take(self, client: Any, partitions: list[Any]) -> None:
        client.incremental_assign(partitions)
        self._leads = self._leads or bool(partitions)

    def _give(self, client: Any, partitions: list[Any]) -> None:
        client.incremental_unassign(partitions)
        self._leads = self._leads and not partitions
