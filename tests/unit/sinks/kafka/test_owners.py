"""One owner at a time: whatever a former one still does, no reader sees two decisions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from tests.services.broker import Broker
from tests.unit.sinks.kafka.lines import (
    decisions,
    entry,
    lines,
    owner_on,
    patiently,
    sink_on,
    topics_of,
)

from fraudstream.errors import Superseded, Unavailable
from fraudstream.kafka import Cluster
from fraudstream.sinks.kafka import Topics
from fraudstream.sinks.kafka.notes import Batch, encode
from fraudstream.sinks.kafka.outbox import Outbox

BOTH = pytest.mark.parametrize("exactly_once", [True, False], ids=["exactly", "at least"])


@pytest.fixture
def topics(kafka: Broker) -> Topics:
    return topics_of(kafka)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@BOTH
@pytest.mark.parametrize("then_exactly_once", [True, False], ids=["by exactly", "by at least"])
def test_a_former_owner_is_refused_and_shows_nothing(
    kafka: Broker, topics: Topics, exactly_once: bool, then_exactly_once: bool
) -> None:
    with (
        closing(owner_on(kafka, topics, exactly_once)) as former,
        closing(sink_on(kafka, topics, then_exactly_once)) as new,
    ):
        former.write(entry(0), lines(0))
        new.claim(2)
        with pytest.raises(Superseded):
            former.write(entry(1), [b"wrong"])
        new.write(entry(1, epoch=2), lines(1))
        with pytest.raises(Superseded):
            former.write(entry(2), [b"wrong"])
        assert decisions(kafka, topics) == [*lines(0), *lines(1)]
        assert [e.epoch for e in new.entries(-1)] == [1, 2]


def test_an_owner_that_is_succeeded_in_the_middle_of_a_transaction_is_refused_and_can_follow(
    kafka: Broker, topics: Topics, stack: ExitStack
) -> None:
    former = stack.enter_context(closing(owner_on(kafka, topics, True)))
    new = stack.enter_context(closing(sink_on(kafka, topics, True)))

    def interrupted() -> Iterator[bytes]:
        yield b"wrong"
        former._outbox._client.flush(5)  # type: ignore[union-attr] # so that it is under way
        new.claim(2)

    former.write(entry(0), lines(0))
    with pytest.raises(Superseded):
        former.write(entry(1), interrupted())  # type: ignore[arg-type] # read once
    new.write(entry(1, epoch=2), lines(1))
    former.claim(3)
    former.write(entry(2, epoch=3), lines(2))
    assert decisions(kafka, topics) == [*lines(0), *lines(1), *lines(2)]


@BOTH
def test_a_claim_that_is_not_newer_is_refused(
    kafka: Broker, topics: Topics, stack: ExitStack, exactly_once: bool
) -> None:
    owner = stack.enter_context(closing(owner_on(kafka, topics, exactly_once)))
    other = stack.enter_context(closing(sink_on(kafka, topics, exactly_once)))
    for epoch in (0, 1):
        with pytest.raises(Superseded):
            other.claim(epoch)
    owner.write(entry(0), lines(0))
    assert decisions(kafka, topics) == lines(0)


@BOTH
def test_a_claim_whose_answer_was_lost_can_be_made_again(
    kafka: Broker, topics: Topics, stack: ExitStack, exactly_once: bool
) -> None:
    sink = stack.enter_context(closing(sink_on(kafka, topics, exactly_once)))
    sink.claim(1)
    sink.claim(1)
    sink.write(entry(0), lines(0))
    assert decisions(kafka, topics) == lines(0)


@pytest.mark.parametrize("exactly_once", [True, False])
def test_a_former_owner_follows_and_writes_no_more(
    kafka: Broker, topics: Topics, stack: ExitStack, exactly_once: bool
) -> None:
    former = stack.enter_context(closing(owner_on(kafka, topics, exactly_once)))
    former.write(entry(0), lines(0))
    new = stack.enter_context(closing(owner_on(kafka, topics, exactly_once)))
    new.write(entry(1, epoch=2), lines(1))
    assert [e.batch for e in former.entries(-1)] == [0, 1]
    with pytest.raises(Superseded):
        former.write(entry(2), lines(2))
    former.claim(3)
    former.write(entry(2, epoch=3), lines(2))
    assert decisions(kafka, topics) == lines(0) + lines(1) + lines(2)


def test_a_writer_that_claimed_nothing_is_refused(kafka: Broker, topics: Topics) -> None:
    with closing(sink_on(kafka, topics, True)) as sink, pytest.raises(Superseded):
        sink.write(entry(0), lines(0))


def test_what_a_former_owner_notes_after_the_claim_does_not_count(
    kafka: Broker, topics: Topics, stack: ExitStack
) -> None:
    owner_on(kafka, topics, False).close()
    new = stack.enter_context(closing(owner_on(kafka, topics, False)))
    late = [Batch.of(entry(batch), writer=1, whole=False) for batch in (0, 7)]
    kafka.write(topics.journal, [(None, encode(note)) for note in late[:1]])
    new.write(entry(0, epoch=2), lines(0))
    kafka.write(topics.journal, [(None, encode(note)) for note in late[1:]])
    new.write(entry(1, epoch=2), lines(1))
    new.close()
    other = stack.enter_context(closing(sink_on(kafka, topics, False)))
    assert (other.epoch(), other.position()) == (2, 1)
    assert [(e.batch, e.epoch) for e in other.entries(-1)] == [(0, 2), (1, 2)]


def test_an_owner_shut_out_by_somebody_who_claimed_nothing_comes_back(
    kafka: Broker, topics: Topics, stack: ExitStack
) -> None:
    owner = stack.enter_context(closing(owner_on(kafka, topics, True)))
    owner.write(entry(0), lines(0))
    Outbox(Cluster(kafka.bootstrap), f"fraudstream.{topics.journal}").close()
    patiently(lambda: owner.write(entry(1), lines(1)))
    assert decisions(kafka, topics) == [*lines(0), *lines(1)]


def test_a_claim_under_way_is_waited_for(kafka: Broker, topics: Topics, stack: ExitStack) -> None:
    """A transaction hides what follows it: the owner must not take that for silence."""
    owner = stack.enter_context(closing(owner_on(kafka, topics, False)))
    owner.write(entry(0), lines(0))
    claim = Cluster(kafka.bootstrap).producer({"transactional.id": f"claim-{topics.journal}"})
    claim.init_transactions(30)
    claim.begin_transaction()
    claim.produce(topics.journal, b'{"type":"claim","epoch":2,"owner":"other"}')
    claim.flush()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fraudstream.sinks.kafka.sink._SECONDS", 0.3)
        with pytest.raises(Unavailable, match="hides"):
            owner.write(entry(1), [b"wrong"])
    claim.commit_transaction()
    with pytest.raises(Superseded):
        owner.write(entry(1), [b"wrong"])
    assert decisions(kafka, topics) == lines(0)
