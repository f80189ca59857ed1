"""What every primary without a database must keep: files, standard output, memory, Kafka."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.recovery.tally import Tallied, encode
from tests.services.broker import Broker

from fraudstream.kafka import Cluster
from fraudstream.ports import Entry, Primary
from fraudstream.sinks.jsonlines import JsonLinesSink
from fraudstream.sinks.kafka import KafkaSink, Message, Stamp, Topics
from fraudstream.sinks.memory import MemorySink
from fraudstream.sinks.stdout import StandardOutput

Open = Callable[[], Primary[Tallied]]


def entry(batch: int) -> Entry:
    return Entry(batch, {0: 10 * batch}, {0: 10 * batch + 10}, 1_700_000_000_000, {"model": "7"})


def outcome(batch: int) -> Tallied:
    return Tallied("tx", (b"%d first\n" % batch, b"%d second\n" % batch), ())


def in_kafka(broker: Broker, exactly_once: bool) -> Open:
    topics = Topics(*(broker.topic() for _ in Topics().names()))

    def published(outcome: Tallied, stamp: Stamp) -> Iterator[Message]:
        for line in outcome.lines:
            yield topics.decisions, None, line, stamp.headers()

    def open_it() -> Primary[Tallied]:
        sink = KafkaSink(Cluster(broker.bootstrap), topics, published, exactly_once)
        sink.claim(sink.epoch() + 1)
        return sink

    return open_it


@pytest.fixture(params=["file", "stdout", "memory", "kafka exactly once", "kafka at least once"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same primary again, as a new run of the program would."""
    opened: list[Primary[Tallied]] = []
    output = os.open(tmp_path / "output", os.O_CREAT | os.O_WRONLY)
    lasting: MemorySink[Tallied] = MemorySink()
    makers: dict[str, Open] = {
        "file": lambda: JsonLinesSink(tmp_path / "out.jsonl", encode),
        "stdout": lambda: StandardOutput(tmp_path, encode, output),
        "memory": lambda: lasting,
    }
    kind: str = request.param
    if kind.startswith("kafka"):
        makers[kind] = in_kafka(request.getfixturevalue("kafka"), kind == "kafka exactly once")

    def open_again() -> Primary[Tallied]:
        for primary in opened:
            primary.close()
        opened.append(makers[kind]())
        return opened[-1]

    yield open_again
    for primary in opened:
        primary.close()
    os.close(output)


def test_a_new_primary_holds_no_batch(reopen: Open) -> None:
    primary = reopen()
    assert (primary.position(), list(primary.entries(-1))) == (-1, [])


def test_a_written_batch_is_there_after_reopening(reopen: Open) -> None:
    reopen().write(entry(0), outcome(0))
    assert reopen().position() == 0


def test_the_journal_gives_back_what_was_written_in_order(reopen: Open) -> None:
    primary = reopen()
    for batch in range(4):
        primary.write(entry(batch), outcome(batch))
    assert list(reopen().entries(1)) == [entry(2), entry(3)]


def test_a_batch_that_is_held_is_not_written_again(reopen: Open) -> None:
    primary = reopen()
    primary.write(entry(0), outcome(0))
    primary.write(entry(0), outcome(0))
    assert list(primary.entries(-1)) == [entry(0)]


def test_a_batch_without_decisions_is_journalled(reopen: Open) -> None:
    reopen().write(entry(0), Tallied("tx", (), ()))
    primary = reopen()
    assert (primary.position(), list(primary.entries(-1))) == (0, [entry(0)])


def test_a_long_journal_is_found_at_any_place(
    reopen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fraudstream.sinks.journal._BLOCK", 100)
    primary = reopen()
    for batch in range(200):
        primary.write(entry(batch), Tallied("tx", (), ()))
    primary = reopen()
    for after in (-1, 0, 70, 150, 198, 199, 500):
        assert [found.batch for found in primary.entries(after)] == list(range(after + 1, 200))


def test_closing_twice_is_harmless(reopen: Open) -> None:
    primary = reopen()
    primary.close()
    primary.close()
