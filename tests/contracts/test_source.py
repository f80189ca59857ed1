"""What every source must keep, wherever its messages come from."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.services.broker import Broker

from fraudstream.engine.ranges import read_again
from fraudstream.events import Lines, Records
from fraudstream.kafka import Cluster
from fraudstream.ports import Entry, Position, Source
from fraudstream.sources.csv import CsvFile
from fraudstream.sources.jsonlines import JsonLinesFile
from fraudstream.sources.kafka import KafkaSource
from fraudstream.sources.memory import Memory
from fraudstream.sources.order import Sorted
from fraudstream.sources.parquet import ParquetFile
from fraudstream.sources.spool import Spool

Make = Callable[[Path, list[str]], Source]
VALUES = [f"value {i}, as it is" for i in range(200)]


def lines(values: list[str]) -> bytes:
    return b"".join(json.dumps({"v": value}).encode() + b"\n" for value in values)


def jsonlines(folder: Path, values: list[str]) -> Source:
    path = folder / "a.jsonl"
    path.write_bytes(lines(values))
    return JsonLinesFile(path, seal=folder / "seal")


def compressed(folder: Path, values: list[str]) -> Source:
    path = folder / "a.jsonl.gz"
    path.write_bytes(gzip.compress(lines(values)))
    return JsonLinesFile(path)


def csv(folder: Path, values: list[str]) -> Source:
    path = folder / "a.csv"
    path.write_text("".join(f'{i},"{value}"\n' for i, value in enumerate(["v", *values])))
    return CsvFile(path)


def parquet(folder: Path, values: list[str]) -> Source:
    path = folder / "a.parquet"
    pq.write_table(pa.table({"v": pa.array(values, pa.string())}), path, row_group_size=70)
    return ParquetFile(path)


def spool(folder: Path, values: list[str]) -> Source:
    reader, writer = os.pipe()
    os.write(writer, lines(values))
    os.close(writer)
    return Spool(folder / "spool", lambda: 5, reader)


def memory(folder: Path, values: list[str]) -> Source:
    return Memory(lines(values).splitlines())


def sorted_by_time(folder: Path, values: list[str]) -> Source:
    return Sorted(memory(folder, values), lambda records: records.offsets)


KINDS: list[Make] = [jsonlines, compressed, csv, parquet, spool, memory, sorted_by_time]


def name_of(kind: Make | str) -> str:
    return kind if isinstance(kind, str) else kind.__name__


def in_kafka(broker: Broker, in_transactions: bool) -> Make:
    def make(folder: Path, values: list[str]) -> Source:
        topic = broker.topic()
        messages = lines(values).splitlines()
        if in_transactions:
            write_in_transactions(broker, topic, messages)
        else:
            broker.write(topic, [(None, message) for message in messages])
        return KafkaSource(Cluster(broker.bootstrap), [topic], 1 << 20, ends=True)

    return make


def write_in_transactions(broker: Broker, topic: str, messages: list[bytes]) -> None:
    """Some in each transaction, every third transaction aborted: offsets have gaps."""
    producer = Cluster(broker.bootstrap).producer({"transactional.id": topic})
    producer.init_transactions(30)
    for number, start in enumerate(range(0, len(messages), 9)):
        if number % 3 == 0:
            producer.begin_transaction()
            producer.produce(topic, b'{"v": "never happened"}')
            producer.flush()
            producer.abort_transaction()
        producer.begin_transaction()
        for message in messages[start : start + 9]:
            producer.produce(topic, message)
        producer.commit_transaction()


@pytest.fixture(params=[*KINDS, "kafka", "kafka_transactions"], ids=name_of)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[list[str]], Source]]:
    made: list[Source] = []
    chosen = request.param
    if isinstance(chosen, str):
        broker = request.getfixturevalue("kafka")
        chosen = in_kafka(broker, in_transactions=chosen != "kafka")

    def remembered(values: list[str]) -> Source:
        made.append(chosen(tmp_path, values))
        return made[-1]

    yield remembered
    for source in made:
        source.close()


def texts(records: Records) -> list[str]:
    if isinstance(records.payload, Lines):
        return [json.loads(records.payload.raw(row))["v"] for row in range(len(records))]
    values: list[str] = records.payload.column("v").to_pylist()
    return values


def read_on(source: Source, limit: int = 30, until: Position | None = None) -> list[str]:
    found = []
    while until is None or source.position() != until:
        records = source.poll(limit, until)
        if records is None:
            break
        found += texts(records)
    return found


Making = Callable[[list[str]], Source]


def test_every_message_comes_once_and_in_order(make: Making) -> None:
    assert read_on(make(VALUES)) == VALUES


def test_no_more_come_than_were_asked_for(make: Making) -> None:
    source = make(VALUES)
    assert [len(source.poll(limit) or ()) for limit in (1, 7, 1)] == [1, 7, 1]


def test_offsets_rise_and_lie_within_the_positions_around_them(make: Making) -> None:
    source, last = make(VALUES), -1
    while True:
        start = source.position()[0]
        records = source.poll(30)
        if records is None:
            break
        offsets = [start - 1, last, *records.offsets.tolist(), source.position()[0]]
        assert offsets[2:] == sorted(set(offsets[2:]))
        assert max(offsets[:2]) < offsets[2]
        last = offsets[-2]


def test_the_end_is_the_end_however_often_it_is_asked(make: Making) -> None:
    source = make(VALUES[:3])
    read_on(source)
    assert source.poll(10) is None
    assert source.poll(10) is None


def test_an_empty_log_is_at_its_end_at_once(make: Making) -> None:
    assert make([]).poll(10) is None


def test_a_range_read_again_gives_the_same_records(make: Making) -> None:
    source, dice = make(VALUES), random.Random(1)
    positions, found = [source.position()], []
    while (records := source.poll(dice.randint(1, 40))) is not None:
        if not len(records):
            continue
        positions.append(source.position())
        found.append((texts(records), records.offsets.tolist(), records.timestamps.tolist()))
    for batch in dice.sample(range(len(found)), len(found)):
        start, end = positions[batch], positions[batch + 1]
        again = read_again(source, Entry(batch, start, end, 0, {}))
        columns = texts(again), again.offsets.tolist(), again.timestamps.tolist()
        assert (columns, source.position()) == (found[batch], positions[batch + 1])


def test_a_poll_never_goes_past_the_position_it_was_given(make: Making) -> None:
    source = make(VALUES)
    first = texts(source.poll(50) or pytest.fail("nothing"))
    middle = source.position()
    source.poll(50)
    source.seek({0: 0})
    assert read_on(source, 7, until=middle) == first
    assert len(source.poll(10, until=middle) or ()) == 0
    assert source.position() == middle


def test_going_back_gives_the_rest_of_the_log_again(make: Making) -> None:
    source = make(VALUES)
    source.poll(120)
    middle = source.position()
    rest = read_on(source)
    source.seek(middle)
    assert read_on(source) == rest == VALUES[120:]


def test_records_name_their_source(make: Making) -> None:
    source = make(VALUES)
    records = source.poll(1)
    assert records is not None
    assert records.source == source.name != ""


def test_closing_twice_is_harmless(make: Making) -> None:
    source = make(VALUES)
    source.close()
    source.close()
