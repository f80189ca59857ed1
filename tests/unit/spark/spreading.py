"""The stages in one process: each batch through scatter, doors, buckets and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import numpy as np

from fraudstream.admission import Admission
from fraudstream.events import MISSING, Records
from fraudstream.pipeline import Extracted
from fraudstream.spark.bucket import Histories, look_up
from fraudstream.spark.door import pass_door
from fraudstream.spark.flow import Flow, Parcel
from fraudstream.spark.gather import gather
from fraudstream.spark.scatter import scatter


class Spreading:
    """A whole job's state, place by place."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.doors = [Admission.empty(flow.door) for _ in range(flow.spread.doors)]
        self.clocks: dict[int, int] = {}
        self.buckets = [Histories.empty(flow) for _ in range(flow.spread.buckets)]

    def extract(self, records: Records, as_of: int) -> list[Extracted]:
        """One batch; what each output gets of it."""
        scattered = list(self._scattered(records, as_of))
        passed = [
            parcel
            for door, parcels in _grouped(scattered, "place")
            for parcel in pass_door(self.flow, self.doors[door], parcels)
        ]
        found = [
            parcel
            for bucket, parcels in _grouped(passed, "place")
            for parcel in look_up(self.flow, self.buckets[bucket], parcels)
        ]
        return [gather(self.flow, parcels) for _, parcels in _grouped(found, "output")]

    def _scattered(self, records: Records, as_of: int) -> Iterator[Parcel]:
        for partition in np.unique(records.partitions).tolist():
            own = records.take(np.flatnonzero(records.partitions == partition))
            clock = self.clocks.get(partition, MISSING) if self.flow.exact else MISSING
            parcels, self.clocks[partition] = scatter(self.flow, own, as_of, clock=clock)
            yield from parcels


def _grouped(parcels: Iterable[Parcel], by: str) -> Iterable[tuple[int, list[Parcel]]]:
    ordered = sorted(parcels, key=lambda parcel: int(getattr(parcel, by)))
    return [(k, list(own)) for k, own in groupby(ordered, lambda p: int(getattr(p, by)))]
