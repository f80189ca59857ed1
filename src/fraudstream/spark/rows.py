"""Events as fixed rows of bytes: whole for a door, for a bucket only what its part looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.events import EventBatch, Spans
from fraudstream.features.parts import Needs
from fraudstream.schema import Layout

__all__ = ["PLACES", "Rows", "Shape"]

Rows = NDArray[np.void]
"""One record an event, fields as :class:`Shape` lays them out."""

_FIELDS = (
    ("kinds", np.uint8),
    ("event_times", np.int64),
    ("arrivals", np.int64),
    ("ids", np.uint64, (2,)),
    ("contents", np.uint64),
    ("frauds", np.int8),
    ("partitions", np.int32),
    ("offsets", np.int64),
)
_ROUTE = (
    ("reached", np.int64),  # when it acts within its batch: before what has reached more
    ("outputs", np.int16),  # who decides it, and which of that one's records of its partition
    ("rows", np.int32),
    ("ahead", np.bool_),  # dated too far ahead to be believed
)
PLACES = tuple(name for name, _ in _ROUTE)
"""Fields that say where a row goes and when it acts, besides what the event says."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The columns that rows have, and where they stand in an event batch of ``layout``."""

    layout: Layout
    needs: Needs
    dtype: np.dtype[np.void]

    @classmethod
    def of(cls, layout: Layout, needs: Needs | None = None) -> Shape:
        """Rows with what is needed, or with everything that admission and features look at."""
        widths = (len(layout.hashed), len(layout.numbers), len(layout.enums))
        needs = needs or Needs(*(np.arange(width) for width in widths))
        columns = [
            ("hashes", np.uint64, (len(needs.hashes), 2)),
            ("numbers", np.int64, (len(needs.numbers),)),
            ("codes", np.int16, (len(needs.codes),)),
        ]
        return cls(layout, needs, np.dtype([*_FIELDS, *columns, *_ROUTE]))

    def rows(self, events: EventBatch, chosen: NDArray[np.intp] | slice = slice(None)) -> Rows:
        """The chosen events; their places are zero."""
        rows = np.zeros(len(events.kinds[chosen]), self.dtype)
        for name, *_ in _FIELDS:
            rows[name] = getattr(events, name)[chosen]
        rows["hashes"] = events.hashes[chosen][:, self.needs.hashes]
        rows["numbers"] = events.numbers[chosen][:, self.needs.numbers]
        rows["codes"] = events.codes[chosen][:, self.needs.codes]
        return rows

    def events(self, rows: Rows) -> EventBatch:
        """Back to columns; those that are not needed say nothing."""
        count, layout = len(rows), self.layout
        nowhere = np.full((count, 0), -1, np.int64)
        hashes = np.zeros((count, len(layout.hashed), 2), np.uint64)
        numbers = np.zeros((count, len(layout.numbers)), np.int64)
        codes = np.zeros((count, len(layout.enums)), np.int16)
        hashes[:, self.needs.hashes] = rows["hashes"]
        numbers[:, self.needs.numbers] = rows["numbers"]
        codes[:, self.needs.codes] = rows["codes"]
        return EventBatch(
            **{name: np.ascontiguousarray(rows[name]) for name, *_ in _FIELDS},
            hashes=hashes,
            numbers=numbers,
            codes=codes,
            known_ats=np.zeros(count, np.int64),
            amounts=np.zeros(count, np.int64),
            currencies=np.zeros(count, np.int16),
            texts=Spans(np.zeros(1, np.uint8), nowhere, nowhere),
        )

    def joined(self, parts: list[NDArray[np.generic]]) -> Rows:
        """Rows out of the bytes of several blocks, in the order in which they act."""
        rows = np.concatenate(parts).view(self.dtype) if parts else np.empty(0, self.dtype)
        return rows[np.lexsort((rows["offsets"], rows["partitions"], rows["reached"]))]
