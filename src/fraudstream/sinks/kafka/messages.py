"""What a batch becomes in Kafka: one message for each decision, alert and reject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fraudstream.decisions import Form, Outcome, encode
from fraudstream.decisions.ids import text_column
from fraudstream.events import place_of
from fraudstream.sinks.rejects import encode_rejects

__all__ = ["Header", "Message", "Stamp", "Topics", "messages_of"]

Header = tuple[str, bytes]

Message = tuple[str, bytes | None, bytes, list[Header]]
"""Topic, key, value, headers."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Names of the topics that a sink writes; ``origin`` is the source that is decided from."""

    decisions: str = "decisions"
    alerts: str = "alerts"
    rejects: str = "rejects"
    journal: str = "fraudstream_journal"
    origin: str = ""

    def names(self) -> tuple[str, ...]:
        """All that are written."""
        return self.decisions, self.alerts, self.rejects, self.journal


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands in the headers of all messages of a batch; ``decided_at`` is UTC ms."""

    batch: int
    epoch: int
    decided_at: int
    latency_us: int | None

    def headers(self) -> list[Header]:
        """Names and decimal digits; a latency that was not measured is left out."""
        facts = {"batch": self.batch, "epoch": self.epoch, "decided_at": self.decided_at}
        if self.latency_us is not None:
            facts["latency_us"] = self.latency_us
        return [(name, b"%d" % value) for name, value in facts.items()]


def messages_of(outcome: Outcome, form: Form, topics: Topics, stamp: Stamp) -> Iterator[Message]:
    """The messages of a batch.

    A decision's value is the decision record, its key the account; an alert is the same once more.
    The headers say where the transaction came from, so that a reader can drop a copy.
    """
    common = stamp.headers()
    alerted = outcome.actions.tolist()
    lines = encode(outcome, form).split(b"\n")[:-1]
    for row, (line, key, place) in enumerate(
        zip(lines, _accounts(outcome, form), _places(outcome), strict=True)
    ):
        headers = [*common, *place]
        yield topics.decisions, key, line, headers
        if alerted[row]:
            yield topics.alerts, key, line, headers
    for reject in outcome.rejects:
        said = [*common, ("reason", reject.reason.encode())]
        said += _place(*place_of(outcome.source, reject.partition), reject.offset)
        value = encode_rejects(outcome.source, [reject]).rstrip(b"\n")
        yield topics.rejects, reject.envelope.key, value, said


def _accounts(outcome: Outcome, form: Form) -> Iterator[bytes | None]:
    data, starts, ends = text_column(outcome.events, form.text_column("account_id"))
    view = memoryview(np.ascontiguousarray(data).data)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield None if start < 0 else bytes(view[start:end])


def _places(outcome: Outcome) -> Iterator[list[Header]]:
    events = outcome.events
    for number, offset in zip(events.partitions.tolist(), events.offsets.tolist(), strict=True):
        yield _place(*place_of(outcome.source, number), offset)


def _place(name: str, partition: int, offset: int) -> list[Header]:
    return [
        ("source", name.encode()),
        ("partition", b"%d" % partition),
        ("offset", b"%d" % offset),
    ]
