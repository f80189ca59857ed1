"""Doors and buckets as Spark's stateful processors: state in chunks, the newest also in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pyspark.sql import Row
from pyspark.sql.streaming import StatefulProcessor, StatefulProcessorHandle
from pyspark.sql.types import (
    BinaryType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

from fraudstream.admission import Admission
from fraudstream.spark.blocks import Arrays
from fraudstream.spark.bucket import Histories, look_up
from fraudstream.spark.chunks import Contents, chunks_of, joined_chunks
from fraudstream.spark.door import pass_door
from fraudstream.spark.flow import Flow, Parcel
from fraudstream.spark.kit import Kit

__all__ = ["BUCKET", "DOOR", "PARCELS", "Place", "Stage", "parcels_of"]

S = TypeVar("S")


def _record(**fields: Any) -> StructType:
    return StructType([StructField(name, kind, nullable=False) for name, kind in fields.items()])


PARCELS = _record(
    batch=LongType(),
    place=IntegerType(),
    output=IntegerType(),
    holds=IntegerType(),
    block=BinaryType(),
)
"""The columns of every stage: a parcel's."""

_HEAD = _record(stamp=StringType(), head=BinaryType())
_CHUNK_KEY = _record(name=StringType(), number=IntegerType())
_CHUNK = _record(data=BinaryType())

_FORGET = 600.0
"""Seconds after which a place that another process has taken over is forgotten here."""


def parcels_of(rows: Iterable[Any]) -> list[Parcel]:
    """Spark's rows as parcels."""
    return [Parcel(r.batch, r.place, r.output, r.holds, bytes(r.block)) for r in rows]


@dataclass(frozen=True, slots=True)
class Stage(Generic[S]):
    """One kind of place: its state as arrays, and what it does with a batch's parcels."""

    name: str
    empty: Callable[[Flow], S]
    restore: Callable[[Flow, Arrays], S]
    snapshot: Callable[[S], Arrays]
    act: Callable[[Flow, S, Sequence[Parcel]], Iterator[Parcel]]


DOOR: Stage[Admission] = Stage(
    name="door",
    empty=lambda flow: Admission.empty(flow.door),
    restore=lambda flow, arrays: Admission.restore(flow.door, arrays),
    snapshot=lambda state: dict(state.snapshot()),
    act=pass_door,
)
BUCKET: Stage[Histories] = Stage(
    name="bucket",
    empty=Histories.empty,
    restore=Histories.restore,
    snapshot=Histories.snapshot,
    act=look_up,
)


@dataclass(slots=True)
class _Held:
    """A place's state as it stood after the batch that left this stamp."""

    state: Any
    contents: Contents | None
    stamp: str
    used: float


_held: dict[tuple[str, str, int], _Held] = {}
"""States by (kit, stage, place). Whoever uses one takes it out first: should the batch fail half
way, nobody finds a state that is neither old nor new."""


class Place(StatefulProcessor):  # type: ignore[misc] # Spark is not typed
    """Runs one stage's places; Spark calls it with one place's parcels of one batch."""

    def __init__(self, kit: Kit, stage: Stage[Any]) -> None:
        self._kit, self._stage = kit, stage

    def init(self, handle: StatefulProcessorHandle) -> None:
        """Name the state: its head, and its chunks by array and number."""
        self._head = handle.getValueState("head", _HEAD)
        self._chunks = handle.getMapState("chunks", _CHUNK_KEY, _CHUNK)

    def handleInputRows(self, key: Any, rows: Iterator[Any], timerValues: Any) -> Iterator[Row]:  # noqa: N802, N803 # Spark's names
        """One place's share of a batch."""
        flow, stage = self._kit.flow(), self._stage
        held = self._take(key[0], flow)
        found = list(stage.act(flow, held.state, parcels_of(rows)))
        self._keep(key[0], held)
        for parcel in found:
            yield Row(
                batch=parcel.batch,
                place=parcel.place,
                output=parcel.output,
                holds=int(parcel.holds),
                block=parcel.block,
            )

    def close(self) -> None:
        """Nothing is open."""

    def _take(self, place: int, flow: Flow) -> _Held:
        """The state that Spark holds; the one in memory where that is the same."""
        held = _held.pop((self._kit.mark, self._stage.name, place), None)
        head = self._head.get()
        if head is None:
            return _Held(self._stage.empty(flow), None, "", 0.0)
        stamp, encoded = head
        if held is not None and held.stamp == stamp:
            return held
        chunks = {tuple(key): bytes(value[0]) for key, value in self._chunks.iterator()}
        arrays = joined_chunks(bytes(encoded), chunks)
        return _Held(self._stage.restore(flow, arrays), Contents.of(arrays), stamp, 0.0)

    def _keep(self, place: int, held: _Held) -> None:
        """Give Spark what has changed."""
        arrays = self._stage.snapshot(held.state)
        contents, before = Contents.of(arrays), held.contents
        for key, chunk in chunks_of(arrays, contents.changed(before)):
            self._chunks.updateValue(key, (chunk,))
        for key in contents.gone(before):
            self._chunks.removeKey(key)
        stamp, now = contents.stamp, time.monotonic()
        self._head.update((stamp, contents.encoded()))
        for old in [name for name, other in _held.items() if now - other.used > _FORGET]:
            del _held[old]
        _held[self._kit.mark, self._stage.name, place] = _Held(held.state, contents, stamp, now)
