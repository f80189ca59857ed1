"""Brokers that die, hang and come back while transactions are read and decisions written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from tests.services.broker import Broker
from tests.unit.sinks.kafka.lines import (
    PATIENCE,
    Lines,
    decisions,
    entry,
    lines,
    owner_on,
    patiently,
    topics_of,
)

from fraudstream.errors import Unavailable
from fraudstream.kafka import Cluster
from fraudstream.sinks.kafka import KafkaSink
from fraudstream.sources.kafka import KafkaSource

BOTH = pytest.mark.parametrize("exactly_once", [True, False], ids=["exactly", "at least"])
BATCHES = 9


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up waiting sooner, so that an outage is noticed within a test's time."""
    monkeypatch.setattr("fraudstream.sinks.kafka.outbox._SECONDS", 1.0)
    monkeypatch.setattr("fraudstream.sinks.kafka.journal._SECONDS", 1.0)


def write_all(sink: KafkaSink[Lines], trouble: Callable[[int], None]) -> None:
    """Write all batches, asking for trouble before each."""
    for batch in range(BATCHES):
        trouble(batch)
        patiently(lambda: sink.write(entry(batch), lines(batch)))  # noqa: B023 - called at once


def expected() -> Lines:
    return [line for batch in range(BATCHES) for line in lines(batch)]


@BOTH
def test_one_broker_dies_after_the_other_and_each_decision_is_there_once(
    kafka_cluster: Broker, exactly_once: bool
) -> None:
    topics = topics_of(kafka_cluster)

    def trouble(batch: int) -> None:
        if batch % 4 == 1:
            kafka_cluster.brokers[batch // 4].kill()
        elif batch % 4 == 3:
            kafka_cluster.start()

    with closing(owner_on(kafka_cluster, topics, exactly_once)) as sink:
        write_all(sink, trouble)
        journalled = patiently(lambda: [entry.batch for entry in sink.entries(-1)])
    assert journalled == list(range(BATCHES))
    assert decisions(kafka_cluster, topics) == expected()


@BOTH
def test_without_any_broker_it_is_unavailable_and_then_goes_on(
    kafka_cluster: Broker, exactly_once: bool, quick: None
) -> None:
    topics = topics_of(kafka_cluster)
    with closing(owner_on(kafka_cluster, topics, exactly_once)) as sink:
        sink.write(entry(0), lines(0))
        for broker in kafka_cluster.brokers:
            broker.pause()
        with pytest.raises(Unavailable):
            sink.write(entry(1), lines(1))
        for broker in kafka_cluster.brokers:
            broker.resume()
        write_all(sink, lambda batch: None)
    assert decisions(kafka_cluster, topics) == expected()


def test_a_source_whose_brokers_die_one_after_the_other_misses_nothing(
    kafka_cluster: Broker,
) -> None:
    topic = kafka_cluster.topic(partitions=3)
    found: list[tuple[int, int]] = []
    with closing(KafkaSource(Cluster(kafka_cluster.bootstrap), [topic], 1000)) as source:
        for number, broker in enumerate(kafka_cluster.brokers[:2]):
            written = [(None, b"%d" % k) for k in range(300 * number, 300 * number + 300)]
            kafka_cluster.write(topic, written[:150])
            broker.kill()
            kafka_cluster.write(topic, written[150:])
            found += read(source, 300)
            kafka_cluster.start()
    held = [(message.partition, message.offset) for message in kafka_cluster.read(topic)]
    assert sorted(found) == held
    assert len(held) == 600


def test_a_source_says_that_no_broker_answers_and_goes_on_when_one_does(
    kafka_cluster: Broker,
) -> None:
    topic = kafka_cluster.topic()
    kafka_cluster.write(topic, [(None, b"before")])
    with closing(KafkaSource(Cluster(kafka_cluster.bootstrap), [topic], 1000)) as source:
        assert read(source, 1) == [(0, 0)]
        for broker in kafka_cluster.brokers:
            broker.kill()
        with pytest.raises(Unavailable):
            list(polls(source, 30.0))
        kafka_cluster.start()
        kafka_cluster.write(topic, [(None, b"after")])
        assert read(source, 1) == [(0, 1)]


def polls(source: KafkaSource, seconds: float) -> Iterator[tuple[int, int]]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        records = source.poll(1000)
        assert records is not None
        yield from zip(records.partitions.tolist(), records.offsets.tolist(), strict=True)


def read(source: KafkaSource, count: int) -> list[tuple[int, int]]:
    """So many records, however often the source is unavailable meanwhile."""
    found: list[tuple[int, int]] = []

    def attempt() -> None:
        for place in polls(source, PATIENCE):
            found.append(place)
            if len(found) >= count:
                return

    patiently(attempt)
    return found
