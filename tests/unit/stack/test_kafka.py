"""A real broker, and three of which one fails."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from tests.services.broker import Broker

from fraudstream.stack import Kafka


def test_what_is_written_to_a_topic_is_read_in_order(kafka: Broker) -> None:
    topic = kafka.topic(partitions=2)
    kafka.write(topic, [(b"a", b"1"), (b"a", b"2")], partition=0)
    kafka.write(topic, [(None, b"3")], partition=1)
    found = [(m.partition, m.offset, m.key, m.value) for m in kafka.read(topic)]
    assert found == [(0, 0, b"a", b"1"), (0, 1, b"a", b"2"), (1, 0, None, b"3")]


def test_creating_a_topic_again_leaves_it_as_it_is(kafka: Broker) -> None:
    topic = kafka.topic(partitions=2)
    kafka.write(topic, [(None, b"1")])
    kafka.kafka.create_topic(topic)
    assert [m.value for m in kafka.read(topic)] == [b"1"]


def test_a_broker_starts_though_an_id_was_drawn_that_looks_like_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([uuid.UUID(bytes=b"\xf8" + bytes(15)), uuid.UUID(int=7)])
    monkeypatch.setattr("fraudstream.stack.kafka.uuid.uuid4", lambda: next(drawn))
    broker = Kafka(tmp_path)
    try:
        broker.start()
        assert broker.ready()
    finally:
        broker.kill()


def test_every_test_has_topics_of_its_own(kafka: Broker) -> None:
    assert kafka.topic() != kafka.topic()


def test_a_cluster_survives_the_loss_of_a_broker(kafka_cluster: Broker) -> None:
    topic = kafka_cluster.topic()
    kafka_cluster.write(topic, [(None, b"before")])
    kafka_cluster.brokers[0].kill()
    kafka_cluster.write(topic, [(None, b"during")])
    kafka_cluster.start()
    assert kafka_cluster.brokers[0].running()
    assert [m.value for m in kafka_cluster.read(topic)] == [b"before", b"during"]
