"""What tests do with Kafka: topics of their own, whole logs written and read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from confluent_kafka import Consumer, Producer, TopicPartition

from fraudstream.stack import Kafka, Server

WAIT = 30.0
"""Seconds after which a broker that says nothing fails the test."""


@dataclass(frozen=True)
class Message:
    """What a topic holds at one place."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes] = field(default_factory=dict)
    timestamp: int = 0


class Broker:
    """One or several brokers, as a test sees them."""

    def __init__(self, kafka: Kafka) -> None:
        self.kafka = kafka
        self.bootstrap = kafka.bootstrap

    @property
    def brokers(self) -> list[Server]:
        return self.kafka.brokers

    def start(self) -> None:
        """Start those that do not run, and wait for them."""
        self.kafka.start()

    def topic(
        self,
        partitions: int = 1,
        name: str = "topic",
        config: Mapping[str, str] | None = None,
    ) -> str:
        """The name of a new topic, which begins with ``name``."""
        unique = f"{name}-{uuid.uuid4().hex[:8]}"
        self.kafka.create_topic(unique, partitions, config)
        return unique

    def url(self, topic: str) -> str:
        return f"kafka://{self.bootstrap}/{topic}"

    def write(
        self,
        topic: str,
        messages: Iterable[tuple[bytes | None, bytes]],
        partition: int = -1,
    ) -> None:
        """Write (key, value) pairs in order; every one is acknowledged on return."""
        producer = Producer(
            {"bootstrap.servers": self.bootstrap, "enable.idempotence": True, "linger.ms": 5}
        )
        failed: list[object] = []
        for key, value in messages:
            while True:
                try:
                    producer.produce(
                        topic,
                        value,
                        key,
                        partition,
                        on_delivery=lambda error, _: failed.append(error) if error else None,
                    )
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        assert producer.flush(WAIT) == 0 and not failed, failed

    def read(self, topic: str, committed: bool = True) -> list[Message]:
        """See :func:`read_topic`."""
        return read_topic(self.bootstrap, topic, committed)


def read_topic(bootstrap: str, topic: str, committed: bool = True) -> list[Message]:
    """All that a topic holds now, partition by partition; aborted transactions left out."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "tests",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed" if committed else "read_uncommitted",
        }
    )
    try:
        partitions = consumer.list_topics(topic, timeout=WAIT).topics[topic].partitions
        consumer.assign([TopicPartition(topic, number, 0) for number in partitions])
        return sorted(_until_end(consumer, len(partitions)), key=lambda m: (m.partition, m.offset))
    finally:
        consumer.close()


def _until_end(consumer: Consumer, partitions: int) -> list[Message]:
    found: list[Message] = []
    ended: set[int] = set()
    while len(ended) < partitions:
        message = consumer.poll(WAIT)
        assert message is not None, "the broker says nothing"
        if message.error() is None:
            found.append(
                Message(
                    message.partition(),
                    message.offset(),
                    message.key(),
                    message.value(),
                    dict(message.headers() or []),
                    message.timestamp()[1],
                )
            )
        else:
            assert message.error().name() == "_PARTITION_EOF", message.error()
            ended.add(message.partition())
    return found
