"""Ids and texts of a batch as single columns of spans, made where a message carries none."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fraudstream.decisions.writing import ROOM, put_bytes, put_int
from fraudstream.events import EventBatch
from fraudstream.events.places import MOST_PARTITIONS, PARTITION_BITS, name_bounds

__all__ = ["TextColumn", "id_column", "text_column"]

TextColumn = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]
"""Bytes, and where each row's text starts (-1: none) and ends; the bytes are read-only."""


def text_column(events: EventBatch, column: int) -> TextColumn:
    """One column of the batch's texts; none in any row for column -1."""
    spans = events.texts
    if column < 0:
        nowhere = np.full(len(events), -1, np.int64)
        return _frozen(spans.data), nowhere, nowhere
    return _frozen(spans.data), _own(spans.starts[:, column]), _own(spans.ends[:, column])


def id_column(events: EventBatch, column: int, source: str) -> TextColumn:
    """Transaction ids; ``source-partition-offset`` where the message says none."""
    data, starts, ends = text_column(events, column)
    if column >= 0 and starts.min(initial=0) >= 0:
        return data, starts, ends
    names = np.frombuffer(source.encode(), np.uint8), name_bounds(source)
    made, starts, ends = _make_ids(names, (data, starts, ends), events.partitions, events.offsets)
    return _frozen(made), starts, ends


def _own(values: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.ascontiguousarray(values)


def _frozen(data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A read-only view: compiled code is made once for read-only text, not twice."""
    view = data.view()
    view.flags.writeable = False
    return view


@njit(cache=True, nogil=True)
def _make_ids(names, said, partitions, offsets):  # type: ignore[no-untyped-def]
    name, topics = names
    data, starts, ends = said
    rows = len(starts)
    bounds = np.empty(rows + 1, np.int64)
    out = np.empty((ends - starts).sum() + rows * (len(name) + 2 + 2 * ROOM), np.uint8)
    at = 0
    for i in range(rows):
        bounds[i] = at
        if starts[i] >= 0:
            at = put_bytes(out, at, data, starts[i], ends[i])
        else:
            topic = partitions[i] >> PARTITION_BITS
            at = put_bytes(out, at, name, topics[topic, 0], topics[topic, 1])
            out[at] = 45
            at = put_int(out, at + 1, partitions[i] & (MOST_PARTITIONS - 1))
            out[at] = 45
            at = put_int(out, at + 1, offsets[i])
    bounds[rows] = at
    return out[:at], bounds[:-1], bounds[1:]
