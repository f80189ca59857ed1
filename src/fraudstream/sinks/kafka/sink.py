"""Batches into Kafka, each once in effect, under one of two guarantees."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, Generic, TypeVar

from fraudstream.errors import FraudstreamError, Superseded, Unavailable
from fraudstream.kafka.client import Cluster
from fraudstream.ports import Entry
from fraudstream.sinks.kafka.journal import Journal
from fraudstream.sinks.kafka.messages import Message, Stamp, Topics
from fraudstream.sinks.kafka.notes import Batch, Claim, Done, Note, Standing, encode
from fraudstream.sinks.kafka.outbox import Outbox

__all__ = ["KafkaSink"]

_SECONDS = 5.0
_LOOK = 0.01

O = TypeVar("O")

Publish = Callable[[O, Stamp], Iterable[Message]]
"""Makes the messages of an outcome."""


def _now() -> int:
    return time.time_ns() // 1_000_000


class KafkaSink(Generic[O]):
    """A :class:`fraudstream.ports.Primary`, ``Fenced`` and ``Rehearsing`` as well.

    The journal is a topic of one partition. ``exactly_once``: journal entry and decisions are one
    transaction, so who reads committed messages sees each decision once. Otherwise (at least once)
    the entry is durable before the decisions are sent and a mark follows them; a batch without its
    mark is sent again after a crash, the same bytes with the same place in the headers.

    A claim is a transaction with the transactional id of the journal, which shuts out former owners
    that use transactions, and a note in the journal, by which all others find out before they send
    a decision. So a former owner can at worst repeat a batch that its successor completes too.
    """

    def __init__(
        self,
        cluster: Cluster,
        topics: Topics,
        publish: Publish[O],
        exactly_once: bool = True,
        clock: Callable[[], int] = _now,
    ) -> None:
        self.name = "kafka"
        self._cluster, self._topics, self._publish, self._clock = cluster, topics, publish, clock
        self._exactly_once = exactly_once
        self._journal = Journal(cluster, topics.journal)
        self._me = secrets.token_hex(8)
        self._owned: int | None = None
        self._outbox: Outbox | None = None
        self._whole = self._noted = self._sent = -1
        self._next, self._is_alone = 0, True

    def position(self) -> int:
        """Number of the last batch whose messages are all durable; -1 for none."""
        return self._journal.standing().whole if self._outbox is None else self._whole

    def entries(self, after: int) -> Iterator[Entry]:
        """The journal's entries after a batch; a former owner reads them as a follower does."""
        try:
            if self._outbox is not None:
                self._seen(lambda now: now.noted >= self._noted)  # commits show a moment later
        except Superseded:
            self._drop()
            self._owned = None
        return self._journal.entries(after)

    def epoch(self) -> int:
        """The epoch of the last owner; 0 before the first."""
        return self._journal.standing().epoch

    def origin(self) -> str | None:
        """Name of the source of the last batch that was noted; None where that is not known."""
        return self._journal.standing().origin or None

    def claim(self, epoch: int) -> None:
        """Become the owner; raises ``Superseded`` if another one's epoch is as new."""
        self._drop()
        standing = self._journal.standing()
        if standing.epoch != epoch or standing.owner != self._me:
            if standing.epoch >= epoch:
                raise Superseded(f"Another engine owns the journal since epoch {standing.epoch}.")
            outbox = Outbox(self._cluster, self._transactional_id)
            outbox.commit([self._note(Claim(epoch, self._me))])
            outbox.close()
        self._owned = epoch
        self._seen(lambda now: now.epoch >= epoch)
        self._opened()

    def write(self, entry: Entry, outcome: O) -> None:
        """Keep a batch; one that is held already is left alone."""
        if self._owned is None:
            raise Superseded("This engine has not claimed the journal that it is to write.")
        try:
            outbox = self._outbox or self._opened()
            if entry.batch <= self._whole:
                return
            stamp = Stamp(entry.batch, self._owned, self._clock(), entry.latency_us)
            deliver = self._commit if self._exactly_once else self._send
            deliver(outbox, entry, self._publish(outcome, stamp))
        except FraudstreamError as error:
            raise self._judged(error) from error
        self._whole = entry.batch

    def rehearse(self, entry: Entry, outcome: O) -> None:
        """Make a batch's messages, so that the code for it is loaded."""
        for _ in self._publish(outcome, Stamp(entry.batch, entry.epoch, 0, None)):
            pass

    def close(self) -> None:
        """Let go; may be called twice."""
        if self._outbox is not None:
            self._outbox.close(1.0)
            self._outbox = None
        self._journal.close()

    @property
    def _transactional_id(self) -> str:
        return f"fraudstream.{self._topics.journal}"

    def _opened(self) -> Outbox:
        """A new producer, and where the journal stands when the last one has nothing on its way."""
        self._seen(lambda now: True)
        outbox = Outbox(self._cluster, self._transactional_id if self._exactly_once else None)
        standing = self._seen(lambda now: True)
        self._whole, self._noted, self._sent = standing.whole, standing.noted, -1
        self._next, self._is_alone = 0, True
        self._outbox = outbox
        return outbox

    def _commit(self, outbox: Outbox, entry: Entry, messages: Iterable[Message]) -> None:
        """One transaction; of a batch that was noted without one, only the messages."""
        assert self._owned is not None
        note: Note = Batch.of(entry, self._owned, True, self._topics.origin)
        if entry.batch <= self._noted:
            note = Done(entry.batch, self._owned)
        outbox.commit(chain([self._note(note)], messages))
        self._noted = max(self._noted, entry.batch)

    def _send(self, outbox: Outbox, entry: Entry, messages: Iterable[Message]) -> None:
        """Journal entry, messages, mark; an attempt that was broken off goes on where it was."""
        assert self._owned is not None
        if entry.batch > self._noted:
            self._noted = entry.batch
            note = Batch.of(entry, self._owned, False, self._topics.origin)
            outbox.send([self._note(note)], self._delivered)
        if entry.batch > self._sent:
            outbox.wait()
            if not self._is_alone:
                self._seen(lambda now: now.noted >= entry.batch)
                self._is_alone = True
            outbox.send(messages)
            self._sent = entry.batch
        outbox.wait()
        outbox.send([self._note(Done(entry.batch, self._owned))], self._delivered)

    def _delivered(self, message: Any) -> None:
        """Note whether the journal may hold something else between this note and the last one."""
        self._is_alone = self._is_alone and message.offset() == self._next
        self._next = message.offset() + 1

    def _seen(self, wanted: Callable[[Standing], bool]) -> Standing:
        """Where the journal stands, once that shows what is wanted, or another owner.

        Raises ``Superseded`` for another owner. A transaction under way hides all that comes after
        it in the journal, such as the claim of a new owner.
        """
        deadline = time.monotonic() + _SECONDS
        while True:
            standing = self._journal.standing()
            if self._owned is not None and standing.epoch > self._owned:
                raise Superseded(f"Another engine owns the journal since epoch {standing.epoch}.")
            if wanted(standing):
                return standing
            if time.monotonic() > deadline:
                raise Unavailable(f"A transaction hides the end of {self._topics.journal}.")
            time.sleep(_LOOK)

    def _judged(self, error: FraudstreamError) -> FraudstreamError:
        """The error, after letting go of a producer that is of no more use.

        Without transactions a producer goes on by itself when Kafka answers again. Only the journal
        says who the owner is: who was shut out by anybody else has to come back in.
        """
        if isinstance(error, Unavailable) and not self._exactly_once:
            return error
        self._drop()
        if isinstance(error, Superseded):
            try:
                self._seen(lambda now: True)
            except FraudstreamError as found:
                return found
            return Unavailable(error.summary)
        return error

    def _note(self, note: Note) -> Message:
        return self._topics.journal, None, encode(note), []

    def _drop(self) -> None:
        if self._outbox is not None:
            self._outbox.close()
            self._outbox = None
