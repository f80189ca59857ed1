"""Last stage before decisions: an output's messages, verdicts and features brought together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.admission import Admitted, DueLabels, Refusal
from fraudstream.codec import Decoded
from fraudstream.events import Kind, Records
from fraudstream.features import FeatureState, Observed, observe
from fraudstream.pipeline import Extracted, gathered
from fraudstream.spark.blocks import Arrays
from fraudstream.spark.bucket import feature_rows
from fraudstream.spark.door import REASONS, VERDICTS
from fraudstream.spark.flow import Flow, Holds, Parcel, blocks_of
from fraudstream.spark.messages import unpack_records

__all__ = ["gather"]


def gather(flow: Flow, parcels: Sequence[Parcel]) -> Extracted:
    """One batch's share of an output, as the pipeline would have extracted it."""
    records, starts = _records(parcels)
    decoded = flow.extractor.decoder.decode(records)
    blocks = blocks_of(parcels, Holds.VERDICTS)
    verdicts, places = _in_order([block["verdicts"].view(VERDICTS) for block in blocks], starts)
    if len(verdicts) != len(decoded.rows):
        raise RuntimeError(f"{len(decoded.rows)} events, but {len(verdicts)} verdicts on them")
    began = int(blocks[0]["began"][0]) if blocks else 0
    admitted = _admitted(decoded, verdicts, _numbers(decoded.rows, len(records))[places], began)
    transactions = decoded.rows[admitted.rows[admitted.events.kinds == Kind.TRANSACTION]]
    seats = _numbers(transactions, len(records))
    observed = _event_itself(flow, admitted, len(transactions))
    for block in blocks_of(parcels, Holds.FEATURES):
        _fill(flow, observed, block, seats, starts)
    return gathered(flow.extractor, records, decoded, admitted, observed)


def _records(parcels: Sequence[Parcel]) -> tuple[Records, dict[int, int]]:
    """All messages, and for each partition where its first one stands among them."""
    packed = [parcel.block for parcel in parcels if parcel.holds == Holds.RECORDS]
    parts = sorted(map(unpack_records, packed), key=_partition)
    ends = np.cumsum([0, *map(len, parts)]).tolist()
    return Records.joined(parts), dict(zip(map(_partition, parts), ends[:-1], strict=True))


def _partition(records: Records) -> int:
    return int(records.partitions[0]) if len(records) else -1


def _in_order(
    parts: Sequence[NDArray[np.void]], starts: dict[int, int]
) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """Verdicts in the order in which the events acted, and which record each one is about."""
    verdicts = np.concatenate([np.empty(0, VERDICTS), *parts])
    places = _places(verdicts, starts)
    order = np.lexsort((places, verdicts["reached"]))
    return verdicts[order], places[order]


def _places(rows: NDArray[np.void], starts: dict[int, int]) -> NDArray[np.int64]:
    """Which record each row is about."""
    places = rows["rows"].astype(np.int64)
    for partition, start in starts.items():
        places[rows["partitions"] == partition] += start
    return places


def _numbers(places: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """For each of ``count`` records its number among those at ``places``."""
    numbers = np.full(count, -1, np.intp)
    numbers[places] = np.arange(len(places))
    return numbers


def _admitted(
    decoded: Decoded, verdicts: NDArray[np.void], rows: NDArray[np.intp], began: int
) -> Admitted:
    """Who was admitted and who refused, as one admission of all would have said."""
    passed = verdicts["verdicts"] == 0
    events = decoded.events.take(rows[passed])
    due = np.empty(0, np.int64)
    return Admitted(
        events=replace(events, arrivals=np.ascontiguousarray(verdicts["arrivals"][passed])),
        rows=rows[passed],
        due=DueLabels(due, due, due, due.reshape(0, events.hashes.shape[1], 2)),
        refused=tuple(map(_refusal, rows[~passed].tolist(), verdicts[~passed])),
        watermark=0,
        began=began,
    )


def _refusal(row: int, verdict: np.void) -> Refusal:
    reason = REASONS[verdict["verdicts"]]
    assert reason is not None
    first = tuple(verdict["firsts"].tolist())
    return Refusal(row, reason, None if verdict["verdicts"] == 1 else (first[0], first[1]))


def _event_itself(flow: Flow, admitted: Admitted, transactions: int) -> Observed:
    """The features of the event itself; those of entities are missing until they are filled in."""
    matrix = np.full((transactions, len(flow.extractor.plan.names)), np.nan)
    flags = np.zeros(transactions, np.uint8)
    if flow.own is not None:
        own = observe(flow.own.plan, FeatureState.empty(flow.own.plan), admitted)
        matrix[:, flow.own.columns] = own.matrix
    return Observed(matrix, flags)


def _fill(
    flow: Flow, observed: Observed, block: Arrays, seats: NDArray[np.intp], starts: dict[int, int]
) -> None:
    """Enter what one bucket found."""
    for name, found in block.items():
        columns = flow.parts[int(name)].columns
        rows = found.view(feature_rows(len(columns)))
        mine = seats[_places(rows, starts)]
        observed.matrix[mine[:, np.newaxis], columns] = rows["values"]
        observed.flags[mine] |= rows["flags"]
