"""The last stage on a worker: an output's share of a batch is decided and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa

from fraudstream.decisions import Decider, Outcome, decide
from fraudstream.errors import FraudstreamError
from fraudstream.ports import Entry
from fraudstream.spark.failures import restored, told
from fraudstream.spark.flow import Parcel
from fraudstream.spark.gather import gather
from fraudstream.spark.kit import Kit
from fraudstream.spark.reading import Batches

__all__ = ["TALLY", "Counted", "Office", "counted_in", "deciding"]

TALLY = "tally string"
"""What an output says of its share of a batch, as JSON."""

Counted = Mapping[str, Mapping[str, int]]


class Office(Protocol):
    """Where decisions are made and go, as a worker makes it; it travels as a value."""

    def decider(self, entry: Entry) -> Decider:
        """Model and policy of a batch."""
        ...

    def write(self, output: int, entry: Entry, outcome: Outcome) -> Counted:
        """Keep an output's share of a batch, durable on return; what there was in it.

        Another attempt may have written the same share before, or some of it.
        """
        ...


def deciding(kit: Kit, office: Office, entry: Entry) -> Callable[[Batches], Batches]:
    """A function over the rows of one output and one batch, which gives one tally.

    An error that a person can act on is told in it: Spark would only try the task again.
    """

    def decide_rows(batches: Batches) -> Batches:
        parcels = [Parcel(**row) for batch in batches for row in batch.to_pylist()]
        if not parcels:
            return
        tally: dict[str, Any]
        try:
            tally = {"counted": _decided(kit, office, entry, parcels)}
        except FraudstreamError as error:
            tally = {"failed": told(error)}
        yield pa.record_batch({"tally": [json.dumps(tally)]})

    return decide_rows


def counted_in(tallies: Iterable[str]) -> list[Counted]:
    """What outputs counted; raises what went wrong at one of them."""
    read = [json.loads(tally) for tally in tallies]
    for tally in read:
        if "failed" in tally:
            raise restored(tally["failed"])
    return [tally["counted"] for tally in read]


def _decided(kit: Kit, office: Office, entry: Entry, parcels: Sequence[Parcel]) -> Counted:
    decider, extracted = office.decider(entry), gather(kit.flow(), parcels)
    outcome = decide(decider, extracted, decider.scorer.score(extracted.matrix))
    return office.write(parcels[0].output, entry, outcome)
