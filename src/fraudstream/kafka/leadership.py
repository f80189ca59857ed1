"""Who owns the input: the one to whom Kafka has given the only partition of the control topic."""

from __future__ import annotations

import threading
from typing import Any

from fraudstream.kafka.client import Cluster

__all__ = ["ControlTopic"]

_SESSION_MS = 6_000
_BEAT_MS = 1_500
_POLL = 0.2


class ControlTopic:
    """A :class:`fraudstream.ports.Leadership` by Kafka's consumer groups.

    The group's members are the engines. A member that is killed is missed after its session has
    timed out, 6 s; one that closes hands over at once. The group is attended to by a thread, so
    that a long batch does not cost the leadership.
    """

    def __init__(self, cluster: Cluster, topic: str) -> None:
        self._client = cluster.consumer(
            {
                "group.id": topic,
                "session.timeout.ms": _SESSION_MS,
                "heartbeat.interval.ms": _BEAT_MS,
                "auto.offset.reset": "latest",
                "partition.assignment.strategy": "cooperative-sticky",
            }
        )
        self._leads = False
        self._closing = threading.Event()
        self._client.subscribe(
            [topic], on_assign=self._take, on_revoke=self._give, on_lost=self._give
        )
        self._thread = threading.Thread(target=self._attend, name="leadership", daemon=True)
        self._thread.start()

    def leads(self) -> bool:
        """Whether this engine owns the input as far as is known here.

        A moment later another one may: what keeps two from writing is the epoch that is claimed.
        """
        return self._leads

    def close(self) -> None:
        """Leave the group; may be called twice."""
        if not self._closing.is_set():
            self._closing.set()
            self._thread.join()
            self._leads = False
            self._client.close()

    def _attend(self) -> None:
        while not self._closing.is_set():
            self._client.poll(_POLL)

    def _take(self, client: Any, partitions: list[Any]) -> None:
        client.incremental_assign(partitions)
        self._leads = self._leads or bool(partitions)

    def _give(self, client: Any, partitions: list[Any]) -> None:
        client.incremental_unassign(partitions)
        self._leads = self._leads and not partitions
