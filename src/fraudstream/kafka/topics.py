"""Topics: which there are, and making those that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fraudstream.errors import NotReachable
from fraudstream.kafka.client import Cluster, library
from fraudstream.kafka.failures import failure_of

__all__ = ["Layout", "existing", "make_topics", "partition_counts"]

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Layout:
    """How a topic is made; ``partitions`` -1 is the broker's default, and so is the replication."""

    partitions: int = -1
    config: Mapping[str, str] = field(default_factory=dict)


def partition_counts(client: Any, topics: Iterable[str], wait: float = _SECONDS) -> dict[str, int]:
    """How many partitions each topic has, 0 where there is no such topic.

    ``client`` is a consumer: asking as a producer could make the topic. Raises ``Unavailable``
    where the cluster does not answer in ``wait`` seconds.
    """
    try:
        return {
            topic: len(client.list_topics(topic, timeout=wait).topics[topic].partitions)
            for topic in topics
        }
    except library().KafkaException as error:
        raise failure_of(error, "Looking for topics") from error


def existing(cluster: Cluster, topics: Iterable[str]) -> set[str]:
    """Those of the topics that there are."""
    client = cluster.consumer()
    try:
        return {topic for topic, count in partition_counts(client, topics).items() if count}
    finally:
        client.close()


def make_topics(cluster: Cluster, wanted: Mapping[str, Layout]) -> None:
    """Make the topics that are missing; raises ``NotReachable`` if that is refused."""
    missing = wanted.keys() - existing(cluster, wanted)
    if not missing:
        return
    new = library("confluent_kafka.admin").NewTopic
    asked = [new(t, wanted[t].partitions, -1, config=dict(wanted[t].config)) for t in missing]
    client = cluster.admin()  # gone with its last reference, and its questions with it
    for topic, answer in client.create_topics(asked, operation_timeout=_SECONDS).items():
        try:
            answer.result(_SECONDS)
        except library().KafkaException as error:
            if error.args[0].code() != library().KafkaError.TOPIC_ALREADY_EXISTS:
                raise NotReachable(
                    f"The topic {topic} could not be made: {error.args[0].str()}",
                    advice="Make it by hand, or give this user the right to.",
                ) from error
