"""Third stage: the histories of one bucket of keys, and what they say of each transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.admission import Admitted, DueLabels
from fraudstream.events import EventBatch, Kind
from fraudstream.features import FeatureState, Observed, observe
from fraudstream.spark.blocks import Arrays, pack
from fraudstream.spark.flow import Flow, Holds, Parcel, blocks_of
from fraudstream.spark.rows import Rows, Shape

__all__ = ["Histories", "feature_rows", "look_up"]


@dataclass(slots=True)
class Histories:
    """For each part of the features the state of this bucket's keys, and labels not yet known."""

    features: list[FeatureState]
    waiting: list[Rows]

    @classmethod
    def empty(cls, flow: Flow) -> Histories:
        """Before the first event."""
        return cls(
            [FeatureState.empty(part.plan) for part in flow.parts],
            [np.empty(0, shape.dtype) for shape in flow.shapes],
        )

    def snapshot(self) -> Arrays:
        """Copies of all arrays, by name."""
        arrays: Arrays = {}
        for number, (features, waiting) in enumerate(zip(self.features, self.waiting, strict=True)):
            arrays |= {f"{number}.{name}": array for name, array in features.snapshot().items()}
            arrays[f"{number}.waiting"] = waiting.view(np.uint8)
        return arrays

    @classmethod
    def restore(cls, flow: Flow, arrays: Arrays) -> Histories:
        """The state of which ``arrays`` are a snapshot."""
        features, waiting = [], []
        for number, (part, shape) in enumerate(zip(flow.parts, flow.shapes, strict=True)):
            own = {n.partition(".")[2]: a for n, a in arrays.items() if n.startswith(f"{number}.")}
            waiting.append(own.pop("waiting").view(shape.dtype))
            features.append(FeatureState.restore(part.plan, own))
        return cls(features, waiting)


def feature_rows(width: int) -> np.dtype[np.void]:
    """Partial features: which record of its output and partition, flags, values."""
    fields = [("partitions", np.int32), ("rows", np.int32), ("flags", np.uint8)]
    return np.dtype([*fields, ("values", np.float64, (width,))])


def look_up(flow: Flow, state: Histories, parcels: Sequence[Parcel]) -> Iterator[Parcel]:
    """Observe one batch's events of one bucket, in their order; partial features for each output.

    What is not for the bucket passes through to its output.
    """
    batch, blocks = parcels[0].batch, blocks_of(parcels, Holds.EVENTS)
    watermark = max((int(block["watermark"][0]) for block in blocks), default=0)
    found: dict[int, Arrays] = {}
    for number, shape in enumerate(flow.shapes):
        name = str(number)
        rows = shape.joined([block[name] for block in blocks if name in block])
        if len(rows):
            observed = _observe(flow, state, number, rows, watermark)
            for output, piece in _by_output(rows, observed):
                found.setdefault(output, {})[name] = piece.view(np.uint8)
    for output, block in sorted(found.items()):
        yield Parcel(batch, 0, output, Holds.FEATURES, pack(block))
    for parcel in parcels:
        if parcel.holds != Holds.EVENTS:
            yield parcel


def _observe(flow: Flow, state: Histories, number: int, rows: Rows, watermark: int) -> Observed:
    part, shape = flow.parts[number], flow.shapes[number]
    due = np.empty(0, shape.dtype)
    before = np.empty(0, np.int64)
    if flow.entry.carries_label and Kind.LABEL in part.kinds:
        due, before, state.waiting[number] = _due(
            rows, state.waiting[number], flow.entry.known_after
        )
    labels = _labels(shape, due, before)
    events = shape.events(rows)
    admitted = Admitted(events, np.arange(len(rows)), labels, (), watermark, 0)
    return observe(part.plan, state.features[number], admitted)


def _due(rows: Rows, waiting: Rows, known_after: int) -> tuple[Rows, NDArray[np.int64], Rows]:
    """Labels that become known before some row, that row's number, and those that still wait.

    A label acts before the first row that arrives ``known_after`` or more after its transaction
    did. Rows come from one log with one clock: their arrivals never decrease.
    """
    own = np.flatnonzero((rows["kinds"] == Kind.TRANSACTION) & (rows["frauds"] == 1))
    labels = np.concatenate([waiting, rows[own]])
    earliest = np.concatenate([np.zeros(len(waiting), np.int64), own + 1])
    known = np.searchsorted(rows["arrivals"], labels["arrivals"] + known_after)
    before = np.maximum(known, earliest)
    is_due = before < len(rows)
    return labels[is_due], before[is_due], labels[~is_due]


def _labels(shape: Shape, due: Rows, before: NDArray[np.int64]) -> DueLabels:
    events: EventBatch = shape.events(due)
    return DueLabels(
        before=before,
        times=events.event_times,
        ids=np.ascontiguousarray(events.ids[:, 0]).view(np.int64),
        hashes=events.hashes.view(np.int64),
    )


def _by_output(rows: Rows, observed: Observed) -> Iterator[tuple[int, NDArray[np.void]]]:
    own = rows[rows["kinds"] == Kind.TRANSACTION]
    found = np.empty(len(own), feature_rows(observed.matrix.shape[1]))
    found["partitions"], found["rows"] = own["partitions"], own["rows"]
    found["flags"], found["values"] = observed.flags, observed.matrix
    for output in np.unique(own["outputs"]).tolist():
        yield output, found[own["outputs"] == output]
