"""First stage: the messages of one partition, decoded and dealt out to doors and outputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.events import MISSING, EventBatch, Kind, Records, acting_keys
from fraudstream.spark.blocks import Arrays, pack
from fraudstream.spark.flow import Flow, Holds, Parcel
from fraudstream.spark.messages import pack_records, sliced
from fraudstream.spark.rows import Rows

__all__ = ["scatter"]


def scatter(
    flow: Flow, records: Records, as_of: int, batch: int = 0, clock: int = MISSING
) -> tuple[list[Parcel], int]:
    """Deal out consecutive records of one partition, or the rejects among them.

    ``clock`` is the greatest arrival in this partition before, where that is known. Returns the
    parcels and the clock after them.
    """
    decoded = flow.extractor.decoder.decode(records)
    outputs = np.arange(len(records)) * flow.spread.outputs // max(1, len(records))
    rows, moving = _rows(flow, decoded.events, as_of, clock)
    keys = acting_keys(records.timestamps[decoded.rows], decoded.events.kinds)
    rows["reached"] = np.maximum.accumulate(keys)
    rows["outputs"] = outputs[decoded.rows]
    rows["rows"] = decoded.rows - np.searchsorted(outputs, rows["outputs"])
    facts = [as_of, *records.partitions[:1].tolist(), int(np.append(clock, rows["arrivals"])[-1])]
    log = {"log": np.array([*facts, *_began(rows, moving)], np.int64)}
    parcels = [*_to_doors(flow, rows, log, batch), *_to_outputs(flow, records, outputs, batch)]
    return parcels, facts[-1]


def _rows(flow: Flow, events: EventBatch, as_of: int, clock: int) -> tuple[Rows, NDArray[np.bool_]]:
    """What a door looks at, arrivals never running backwards; and which ones moved the clock.

    A row is ``ahead`` where what tells its arrival cannot be believed. Where the clock is known,
    also if its own time cannot; else the door, which knows the clock, looks at that.
    """
    told, times = events.arrivals != MISSING, events.event_times
    telling = np.where(told, events.arrivals, times)
    ahead = telling > as_of + np.where(told, flow.entry.max_future, 0)
    moving = ~ahead & (told | (events.kinds == Kind.TRANSACTION))
    if clock == MISSING and not ahead.all():
        moving[np.argmin(ahead)] = True  # the first one sets the clock, whatever it is
    moves = np.where(moving, telling, MISSING)
    rows = flow.whole.rows(events)
    rows["arrivals"] = np.maximum.accumulate(np.append(clock, moves))[1:]
    if flow.exact:
        ahead |= told & (times > rows["arrivals"] + flow.entry.max_future)
    rows["ahead"] = ahead
    return rows, moving


def _began(rows: Rows, moving: NDArray[np.bool_]) -> list[int]:
    """When, where and at which arrival the partition's clock first moved; empty if it did not."""
    names = ("reached", "partitions", "offsets", "arrivals")
    return [int(rows[name][first]) for first in np.flatnonzero(moving)[:1] for name in names]


def _to_doors(flow: Flow, rows: Rows, log: Arrays, batch: int) -> Iterator[Parcel]:
    """Every door hears of the partition's clock, also where none of the events is for it."""
    doors = (rows["ids"][:, 0] % np.uint64(flow.spread.doors)).astype(np.int64)
    for door in range(flow.spread.doors):
        mine = rows[doors == door]
        yield Parcel(batch, door, 0, Holds.EVENTS, pack(log | {"rows": mine.view(np.uint8)}))


def _to_outputs(
    flow: Flow, records: Records, outputs: NDArray[np.int64], batch: int
) -> Iterator[Parcel]:
    """The messages themselves, by way of the doors, because stages are chained in one line."""
    for output in range(flow.spread.outputs):
        start, end = np.searchsorted(outputs, [output, output + 1]).tolist()
        part = sliced(records, start, end)
        if output == 0:
            part = replace(part, rejects=records.rejects)
        if len(part) or part.rejects:
            door = output % flow.spread.doors
            yield Parcel(batch, door, output, Holds.RECORDS, pack_records(part))
