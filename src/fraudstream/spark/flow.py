"""What all stages of a job know: the preset's features in parts, and how work is spread.

The stages, each a plain function over blocks of arrays that runs wherever Spark puts it:

    records -> scatter -> door (by id) -> bucket (by key) -> gather -> pipeline.gathered

A row of Spark is a :class:`Parcel`, a block of many events for one place. So Spark moves and counts
a few hundred rows a batch, and compiled code does the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from fraudstream.admission import Entry
from fraudstream.features.parts import parts_of
from fraudstream.pipeline import Extractor
from fraudstream.schema import Preset
from fraudstream.spark.blocks import Arrays, unpack
from fraudstream.spark.rows import Shape

__all__ = ["Flow", "Holds", "Parcel", "Spread", "blocks_of"]

_ANY = 1 << 60


@dataclass(frozen=True, slots=True)
class Spread:
    """Into how many places each stage is cut; state is kept by them, so they never change.

    ``doors`` hold the ids seen, ``buckets`` the histories of keys, ``outputs`` write decisions.
    """

    doors: int = 16
    buckets: int = 32
    outputs: int = 4


class Holds(IntEnum):
    """What a parcel holds."""

    RECORDS = 0
    """Undecoded messages, on their way through to their output."""
    EVENTS = 1
    """Decoded columns for a door, then for a bucket."""
    VERDICTS = 2
    """Who was admitted when, and who was refused, for an output."""
    FEATURES = 3
    """Partial features for an output."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One row of Spark: a block for ``place`` (a door or bucket), or in the end for ``output``.

    ``batch`` orders what one place is given when it is given several batches at once.
    """

    batch: int
    place: int
    output: int
    holds: int
    block: bytes


class Flow:
    """The stages' common knowledge, compiled from a preset and the key of its hashes.

    ``exact`` says that whoever scatters reads each log from its beginning and so knows its clock;
    else a batch is scattered by itself and the doors add what earlier batches said.
    """

    def __init__(self, preset: Preset, key: bytes, spread: Spread, exact: bool = False) -> None:
        self.spread, self.exact = spread, exact
        self.extractor = Extractor.of(preset, key)
        self.entry = self.extractor.entry
        parts = parts_of(self.extractor.plan, key)
        self.own = next((part for part in parts if not part.keys), None)
        self.parts = tuple(part for part in parts if part.keys)
        layout = self.extractor.plan.layout
        self.whole = Shape.of(layout)
        self.shapes = tuple(Shape.of(layout, part.needs) for part in self.parts)

    @property
    def door(self) -> Entry:
        """What doors ask: labels wait with the histories that they act on."""
        ahead = _ANY if self.exact else self.entry.max_future
        return replace(self.entry, carries_label=False, max_future=ahead)


def blocks_of(parcels: Iterable[Parcel], holds: Holds) -> list[Arrays]:
    """The blocks of the parcels that hold such a thing."""
    return [unpack(parcel.block) for parcel in parcels if parcel.holds == holds]
