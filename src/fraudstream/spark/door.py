"""Second stage: the ids of one door. Who comes in, and to which keys it goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fraudstream.admission import Admission, Admitted, admit
from fraudstream.events import Reason
from fraudstream.spark.blocks import Arrays, pack
from fraudstream.spark.flow import Flow, Holds, Parcel, blocks_of
from fraudstream.spark.rows import PLACES, Rows

__all__ = ["REASONS", "VERDICTS", "pass_door"]

REASONS = (None, Reason.TIME_FUTURE, Reason.DUPLICATE, Reason.ID_CONFLICT)
"""What a verdict means; None: admitted."""

VERDICTS = np.dtype(
    [
        ("partitions", np.int32),
        ("rows", np.int32),
        ("reached", np.int64),
        ("arrivals", np.int64),
        ("verdicts", np.int8),
        ("firsts", np.int64, (2,)),
    ]
)
"""For each decoded event its arrival, or why it is refused and where the first one was."""


def pass_door(flow: Flow, state: Admission, parcels: Sequence[Parcel]) -> Iterator[Parcel]:
    """Admit one batch's events of one door, in their order; what goes on to buckets and outputs.

    All doors hear the same of the log's clocks, so they agree on every arrival.
    """
    batch, blocks = parcels[0].batch, blocks_of(parcels, Holds.EVENTS)
    rows = flow.whole.joined([block["rows"] for block in blocks])
    logs = [block["log"].tolist() for block in blocks]
    if began := [log[3:] for log in logs if len(log) > 3]:
        state.begin(min(began)[-1])
    usable = np.flatnonzero(~rows["ahead"])
    admitted = admit(state, flow.whole.events(rows[usable]), logs[0][0])
    for log in logs:
        state.hear(log[1], log[2])
    came = rows[usable[admitted.rows]]
    now = {"watermark": np.array([state.watermark])}
    for place, arrays in _to_buckets(flow, admitted, came).items():
        yield Parcel(batch, place, 0, Holds.EVENTS, pack(arrays | now))
    verdicts = _verdicts(rows, usable, admitted)
    for output in np.unique(rows["outputs"]).tolist():
        mine = verdicts[rows["outputs"] == output].view(np.uint8)
        block = pack({"verdicts": mine, "began": np.array([admitted.began])})
        yield Parcel(batch, output % flow.spread.buckets, output, Holds.VERDICTS, block)
    for parcel in parcels:
        if parcel.holds == Holds.RECORDS:
            place = parcel.output % flow.spread.buckets
            yield Parcel(batch, place, parcel.output, Holds.RECORDS, parcel.block)


def _verdicts(rows: Rows, usable: NDArray[np.intp], admitted: Admitted) -> NDArray[np.void]:
    verdicts = np.zeros(len(rows), VERDICTS)
    for name in ("partitions", "rows", "reached", "arrivals"):
        verdicts[name] = rows[name]
    verdicts["arrivals"][usable[admitted.rows]] = admitted.events.arrivals
    verdicts["verdicts"][rows["ahead"]] = REASONS.index(Reason.TIME_FUTURE)
    for refusal in admitted.refused:
        row = usable[refusal.row]
        verdicts["verdicts"][row] = REASONS.index(refusal.reason)
        verdicts["firsts"][row] = refusal.first or 0
    return verdicts


def _to_buckets(flow: Flow, admitted: Admitted, rows: Rows) -> dict[int, Arrays]:
    """For each bucket with something to do the rows of each part, by the part's number."""
    blocks: dict[int, Arrays] = defaultdict(dict)
    for number, (part, shape) in enumerate(zip(flow.parts, flow.shapes, strict=True)):
        buckets = part.buckets(admitted.events, flow.spread.buckets)
        chosen = np.argsort(buckets, kind="stable")[np.count_nonzero(buckets < 0) :]
        own = shape.rows(admitted.events, chosen)
        for name in PLACES:
            own[name] = rows[name][chosen]
        found, starts = np.unique(buckets[chosen], return_index=True)
        ends = np.append(starts[1:], len(own))
        for bucket, start, end in zip(found.tolist(), starts, ends, strict=False):
            blocks[bucket][str(number)] = own[start:end].view(np.uint8)
    return blocks
