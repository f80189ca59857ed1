"""Each batch once in effect, whatever is cut off in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from tests.services.broker import Broker
from tests.unit.sinks.kafka.lines import decisions, entry, lines, messages, owner_on, topics_of

from fraudstream.errors import StorageFailed, Unavailable
from fraudstream.sinks.kafka import Topics
from fraudstream.sinks.kafka.outbox import Outbox

BOTH = pytest.mark.parametrize("exactly_once", [True, False], ids=["exactly", "at least"])


class Crash(BaseException):
    """The process ends here."""


@pytest.fixture
def topics(kafka: Broker) -> Topics:
    return topics_of(kafka)


def crash_at(patch: pytest.MonkeyPatch, method: str, call: int) -> None:
    """End the process before the call of that number to a method of the outbox."""
    real: Callable[..., None] = getattr(Outbox, method)
    calls = iter(range(1_000))

    def crashing(outbox: Outbox, *given: object) -> None:
        if next(calls) == call:
            raise Crash
        real(outbox, *given)

    patch.setattr(Outbox, method, crashing)


@pytest.mark.parametrize(
    ("method", "call"),
    [("send", 0), ("wait", 0), ("send", 1), ("wait", 1), ("send", 2)],
)
def test_a_batch_that_was_cut_off_is_completed_and_only_copies_are_seen_twice(
    kafka: Broker, topics: Topics, method: str, call: int
) -> None:
    first = owner_on(kafka, topics, False)
    first.write(entry(0), lines(0))
    with pytest.MonkeyPatch.context() as patch:
        crash_at(patch, method, call)
        with pytest.raises(Crash):
            first.write(entry(1), lines(1))
    with closing(owner_on(kafka, topics, False)) as second:
        redone = list(second.entries(second.position()))
        assert [e.batch for e in redone] in ([], [1])
        second.write(entry(1), lines(1))
        second.write(entry(2), lines(2))
    seen = decisions(kafka, topics)
    assert list(dict.fromkeys(seen)) == [*lines(0), *lines(1), *lines(2)]
    with closing(owner_on(kafka, topics, False)) as third:
        assert [e.batch for e in third.entries(-1)] == [0, 1, 2]
        assert third.position() == 2


@pytest.mark.parametrize("method", ["send", "commit"])
def test_a_transaction_that_was_cut_off_never_was(
    kafka: Broker, topics: Topics, method: str
) -> None:
    first = owner_on(kafka, topics, True)
    first.write(entry(0), lines(0))
    with pytest.MonkeyPatch.context() as patch:
        crash_at(patch, method, 0)
        with pytest.raises(Crash):
            first.write(entry(1), lines(1))
    with closing(owner_on(kafka, topics, True)) as second:
        assert (second.position(), [e.batch for e in second.entries(0)]) == (0, [])
        second.write(entry(1), lines(1))
    assert decisions(kafka, topics) == [*lines(0), *lines(1)]


def test_a_commit_whose_answer_was_lost_is_not_made_twice(kafka: Broker, topics: Topics) -> None:
    with closing(owner_on(kafka, topics, True)) as owner:
        real = Outbox.commit

        def unheard(outbox: Outbox, *given: Iterator[object]) -> None:
            real(outbox, *given)  # type: ignore[arg-type]
            raise Unavailable("no answer")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Outbox, "commit", unheard)
            with pytest.raises(Unavailable):
                owner.write(entry(0), lines(0))
        owner.write(entry(0), lines(0))
        owner.write(entry(1), lines(1))
    assert decisions(kafka, topics) == [*lines(0), *lines(1)]


@BOTH
def test_another_guarantee_goes_on_where_the_last_one_stopped(
    kafka: Broker, topics: Topics, exactly_once: bool
) -> None:
    with closing(owner_on(kafka, topics, exactly_once)) as first:
        first.write(entry(0), lines(0))
    with closing(owner_on(kafka, topics, not exactly_once)) as second:
        assert second.position() == 0
        second.write(entry(1), lines(1))
    with closing(owner_on(kafka, topics, exactly_once)) as third:
        assert [e.batch for e in third.entries(-1)] == [0, 1]


def test_a_batch_noted_without_transactions_is_completed_within_one(
    kafka: Broker, topics: Topics
) -> None:
    first = owner_on(kafka, topics, False)
    with pytest.MonkeyPatch.context() as patch:
        crash_at(patch, "send", 1)
        with pytest.raises(Crash):
            first.write(entry(0), lines(0))
    with closing(owner_on(kafka, topics, True)) as second:
        assert (second.position(), [e.batch for e in second.entries(-1)]) == (-1, [0])
        second.write(entry(0), lines(0))
        assert [e.batch for e in second.entries(-1)] == [0]
    assert decisions(kafka, topics) == lines(0)


@BOTH
def test_a_record_that_is_too_large_stops_and_nothing_is_skipped(
    kafka: Broker, topics: Topics, exactly_once: bool
) -> None:
    small = Topics(kafka.topic(config={"max.message.bytes": "2000"}), *topics.names()[1:])
    with closing(owner_on(kafka, small, exactly_once)) as owner:
        with pytest.raises(StorageFailed, match="larger than its topic takes"):
            owner.write(entry(0), [b"x" * 5000])
        owner.write(entry(0), lines(0))
        owner.write(entry(1), lines(1))
        assert owner.position() == 1
    assert decisions(kafka, small) == [*lines(0), *lines(1)]


@BOTH
def test_headers_say_batch_epoch_and_when(
    kafka: Broker, topics: Topics, exactly_once: bool
) -> None:
    with closing(owner_on(kafka, topics, exactly_once)) as owner:
        owner.write(entry(0), lines(0, count=1))
    (message,) = messages(kafka, topics)
    assert message.headers == {"batch": b"0", "epoch": b"1", "decided_at": b"5"}
