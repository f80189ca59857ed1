"""What only Kafka asks of a source: several partitions, and what becomes of them meanwhile."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import closing

import numpy as np
import pytest
from tests.services.broker import Broker

from fraudstream.engine.ranges import read_again
from fraudstream.errors import InputInvalid, NotReachable, UsageInvalid
from fraudstream.events import Lines, Records, number_of, place_of
from fraudstream.kafka import Cluster
from fraudstream.ports import Entry, Position
from fraudstream.sources.kafka import KafkaSource

Stamped = tuple[int, int]
"""Partition and timestamp of a message."""

NOW = round(time.time() * 1000) - 600_000


def opened(broker: Broker, *topics: str, ends: bool = True, longest: int = 1 << 20) -> KafkaSource:
    return KafkaSource(Cluster(broker.bootstrap), topics, longest, ends)


def write(broker: Broker, topic: str, messages: Iterable[Stamped]) -> None:
    producer = Cluster(broker.bootstrap).producer({"linger.ms": 20})
    for partition, stamp in messages:
        value = json.dumps({"p": partition, "at": stamp}).encode()
        producer.produce(topic, value, partition=partition, timestamp=stamp)
        producer.poll(0)
    assert producer.flush(30) == 0


def all_of(source: KafkaSource, limit: int = 1000) -> Iterator[tuple[Position, Position, Records]]:
    start = source.position()
    while (records := source.poll(limit)) is not None:
        if len(records):
            yield start, source.position(), records
            start = source.position()


def some(source: KafkaSource, limit: int = 1000, seconds: float = 20.0) -> Records:
    """What comes next."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        records = source.poll(limit)
        if records is not None and len(records):
            return records
    pytest.fail("nothing came")


def columns(records: Records) -> list[tuple[int, int, int]]:
    arrays = records.partitions, records.offsets, records.timestamps
    return list(zip(*(array.tolist() for array in arrays), strict=True))


def test_the_partition_that_is_behind_in_time_is_read_first(kafka: Broker) -> None:
    first, second = kafka.topic(partitions=3), kafka.topic(partitions=2)
    write(kafka, first, sorted((k % 3, NOW + 10 * k) for k in range(6000)))
    write(kafka, second, [(k % 2, NOW + 10 * k + 5) for k in range(0, 6000, 10)])
    with closing(opened(kafka, first, second)) as source:
        stamps = np.concatenate([r.timestamps for *_, r in all_of(source, limit=200)])
    assert len(stamps) == 6600
    behind = np.maximum.accumulate(stamps) - stamps
    assert behind.max() <= 1000


def test_a_batch_read_again_by_another_source_has_the_same_order(kafka: Broker) -> None:
    topics = kafka.topic(partitions=3), kafka.topic(partitions=2)
    write(kafka, topics[0], [(k % 3, NOW + (k * 7919) % 500) for k in range(900)])
    write(kafka, topics[1], [(k % 2, NOW + (k * 104_729) % 500) for k in range(300)])
    with closing(opened(kafka, *topics)) as source:
        batches = list(all_of(source, limit=157))
    with closing(opened(kafka, *topics)) as other:
        for number, (start, end, records) in reversed(list(enumerate(batches))):
            again = read_again(other, Entry(number, start, end, 0, {}))
            assert columns(again) == columns(records)


def test_partitions_of_all_topics_are_numbered_and_named(kafka: Broker) -> None:
    topics = kafka.topic(partitions=2), kafka.topic(partitions=2)
    write(kafka, topics[0], [(1, NOW)])
    write(kafka, topics[1], [(0, NOW + 1)])
    with closing(opened(kafka, *topics)) as source:
        numbers = [n for *_, r in all_of(source) for n in r.partitions.tolist()]
        assert numbers == [1, number_of(1, 0)]
        assert [place_of(source.name, n) for n in numbers] == [(topics[0], 1), (topics[1], 0)]


def test_a_new_partition_is_read_from_its_first_message(
    kafka: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fraudstream.sources.kafka.source.LOOK", 0.2)
    topic = kafka.topic(partitions=1)
    write(kafka, topic, [(0, NOW)])
    with closing(opened(kafka, topic, ends=False)) as source:
        some(source)
        before = source.position()
        add_partition(kafka, topic)
        write(kafka, topic, [(1, NOW + 1), (1, NOW + 2)])
        assert columns(some(source))[0] == (1, 0, NOW + 1)
        entry = Entry(1, before, {0: 1, 1: 2}, 0, {})
    with closing(opened(kafka, topic)) as other:
        assert columns(read_again(other, entry)) == [(1, 0, NOW + 1), (1, 1, NOW + 2)]
        assert other.position() == entry.end


def test_a_position_from_before_a_partition_was_added_misses_none_of_it(kafka: Broker) -> None:
    topic = kafka.topic(partitions=2)
    write(kafka, topic, [(0, NOW), (1, NOW)])
    with closing(opened(kafka, topic)) as source:
        source.seek({0: 1})
        assert [c for *_, r in all_of(source) for c in columns(r)] == [(1, 0, NOW)]


def test_messages_that_were_deleted_unread_are_an_error(kafka: Broker) -> None:
    topic = kafka.topic(partitions=1)
    write(kafka, topic, [(0, NOW + k) for k in range(100)])
    with closing(opened(kafka, topic)) as source:
        delete_before(kafka, topic, 60)
        source.seek({0: 0})
        with pytest.raises(InputInvalid, match="60 messages were deleted"):
            some(source)


def test_a_fresh_source_begins_with_what_is_still_there(kafka: Broker) -> None:
    topic = kafka.topic(partitions=1)
    write(kafka, topic, [(0, NOW + k) for k in range(100)])
    delete_before(kafka, topic, 60)
    with closing(opened(kafka, topic)) as source:
        assert source.position() == {0: 60}
        assert columns(some(source))[0] == (0, 60, NOW + 60)


def test_a_topic_that_has_lost_what_was_read_is_an_error(kafka: Broker) -> None:
    topic = kafka.topic(partitions=1)
    write(kafka, topic, [(0, NOW + k) for k in range(10)])
    with closing(opened(kafka, topic)) as source:
        source.seek({0: 50})
        with pytest.raises(InputInvalid, match="ends at offset 10"):
            some(source)


def test_a_range_that_the_topic_does_not_reach_is_an_error(
    kafka: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fraudstream.sources.kafka.source.PATIENCE", 0.5)
    topic = kafka.topic(partitions=1)
    write(kafka, topic, [(0, NOW + k) for k in range(10)])
    with (
        closing(opened(kafka, topic)) as source,
        pytest.raises(InputInvalid, match="ends at offset 10, and 20 were read"),
    ):
        read_again(source, Entry(0, {0: 5}, {0: 20}, 0, {}))


def test_a_missing_topic_is_told(kafka: Broker) -> None:
    with (
        closing(opened(kafka, "nowhere")) as source,
        pytest.raises(NotReachable, match="no topic nowhere"),
    ):
        source.poll(1)


def test_a_state_of_more_topics_is_refused(kafka: Broker) -> None:
    with (
        closing(opened(kafka, kafka.topic())) as source,
        pytest.raises(InputInvalid, match="fewer topics"),
    ):
        source.seek({number_of(1, 0): 5})


def test_a_topic_named_twice_is_refused() -> None:
    with pytest.raises(UsageInvalid):
        KafkaSource(Cluster("nowhere:1"), ["a", "a"], 100)


def test_a_message_without_a_value_is_an_empty_one(kafka: Broker) -> None:
    topic = kafka.topic()
    producer = Cluster(kafka.bootstrap).producer()
    producer.produce(topic, None, key="acc_1", headers=[("trace", b"7"), ("empty", None)])
    producer.flush()
    with closing(opened(kafka, topic)) as source:
        records = some(source)
    assert isinstance(records.payload, Lines)
    assert records.payload.raw(0) == b""
    envelope = records.envelope(0)
    assert (envelope.key, envelope.headers) == (b"acc_1", (("trace", b"7"), ("empty", None)))


def test_a_huge_message_is_cut_and_the_rest_goes_on(kafka: Broker) -> None:
    topic = kafka.topic()
    kafka.write(topic, [(None, b"x" * 900_000), (None, b"short")])
    with closing(opened(kafka, topic, longest=1000)) as source:
        payload = some(source).payload
    assert isinstance(payload, Lines)
    assert [len(payload.raw(0)), payload.raw(1)] == [1001, b"short"]


def test_what_waits_is_bounded_however_much_there_is(
    kafka: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fraudstream.sources.kafka.source.WAITING", 500)
    topic = kafka.topic(partitions=3)
    write(kafka, topic, [(k % 3, NOW + k) for k in range(9000)])
    found = waiting = 0
    with closing(opened(kafka, topic)) as source:
        for _, _, records in all_of(source, limit=50):
            found += len(records)
            waiting = max(waiting, len(source._pool))
    assert found == 9000
    assert waiting <= 2 * 500


def test_lag_counts_what_is_waiting_and_how_long(kafka: Broker) -> None:
    topic = kafka.topic(partitions=2)
    with closing(opened(kafka, topic)) as source:
        assert source.lag() == (0, 0.0)
        write(kafka, topic, [(k % 2, NOW + k) for k in range(100)])
        records, asked = some(source, limit=40), time.time()
        waiting, seconds = source.lag()
        assert (len(records), waiting) == (40, 60)
        assert asked - (NOW + 100) / 1000 <= seconds <= time.time() - NOW / 1000
        assert sum(len(r) for *_, r in all_of(source)) == 60
        assert source.lag() == (0, 0.0)


def test_a_partition_without_an_answer_holds_up_the_others_only_for_a_while(
    kafka: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fraudstream.sources.kafka.source.PATIENCE", 0.5)
    monkeypatch.setattr("fraudstream.sources.kafka.source.KafkaSource._behind", held)
    topic = kafka.topic(partitions=2)
    write(kafka, topic, [(0, NOW)])
    with closing(opened(kafka, topic, ends=False)) as source:
        assert len(source.poll(10, wait=0.2) or ()) == 0
        assert columns(some(source)) == [(0, 0, NOW)]


def held(source: KafkaSource, feed: object) -> list[int]:
    return [NOW - 3_600_000]


def add_partition(broker: Broker, topic: str) -> None:
    from confluent_kafka.admin import NewPartitions

    client = Cluster(broker.bootstrap).admin()
    for answer in client.create_partitions([NewPartitions(topic, 2)]).values():
        answer.result(30)


def delete_before(broker: Broker, topic: str, offset: int) -> None:
    from confluent_kafka import TopicPartition

    client = Cluster(broker.bootstrap).admin()
    for answer in client.delete_records([TopicPartition(topic, 0, offset)]).values():
        answer.result(30)
