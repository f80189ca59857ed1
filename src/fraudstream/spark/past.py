"""A log of the past through the same stages: every place takes its batches one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from fraudstream.events import MISSING, Records
from fraudstream.pipeline import Extracted
from fraudstream.spark.flow import Parcel
from fraudstream.spark.gather import gather
from fraudstream.spark.kit import Kit
from fraudstream.spark.places import BUCKET, DOOR, PARCELS, Stage
from fraudstream.spark.reading import Batches, parcel_batch
from fraudstream.spark.scatter import scatter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Piece", "passed"]

Finish = Callable[[int, int, Extracted], bytes]
"""Batch, output and its share of the batch."""

Read = Callable[[], Iterable[tuple[int, Records]]]
"""When a batch was read (UTC ms), and the batch."""

_PIECE = "batch long, output int, content binary"


@dataclass(frozen=True, slots=True)
class Piece:
    """What became of one output's share of a batch."""

    batch: int
    output: int
    content: bytes


def passed(
    spark: SparkSession,
    kit: Kit,
    read: Read,
    finish: Finish,
) -> Iterator[Piece]:
    """Pass a log through all stages; pieces by batch and output.

    ``read`` is called by one worker: batches, of one partition alone where the kit is ``exact``,
    each with the time beyond which nothing in it is believed. ``finish`` is called by the workers
    for each share of a batch; what it gives is small.
    """
    parcels = spark.range(1, numPartitions=1).mapInArrow(_reading(kit, read), PARCELS)
    for stage in (DOOR, BUCKET):
        parcels = _sorted(parcels, "place").mapInArrow(_acting(kit, stage), PARCELS)
    found = _sorted(parcels, "output").mapInArrow(_finishing(kit, finish), _PIECE)
    for row in found.orderBy("batch", "output").toLocalIterator():
        yield Piece(row.batch, row.output, bytes(row.content))


def _sorted(parcels: DataFrame, name: str) -> DataFrame:
    return parcels.repartition(name).sortWithinPartitions(name, "batch")


def _reading(kit: Kit, read: Read) -> Callable[[Batches], Batches]:
    def read_all(batches: Batches) -> Batches:
        flow, clock = kit.flow(), MISSING
        for batch, (as_of, records) in enumerate(read()):
            for own in _by_partition(records):
                parcels, now = scatter(flow, own, as_of, batch, clock)
                clock = now if kit.exact else MISSING
                yield parcel_batch(parcels)

    return read_all


def _by_partition(records: Records) -> Iterator[Records]:
    partitions = np.unique(records.partitions)
    if len(partitions) < 2:
        yield records
        return
    for partition in partitions:
        yield records.take(np.flatnonzero(records.partitions == partition))


def _acting(kit: Kit, stage: Stage[Any]) -> Callable[[Batches], Batches]:
    def act(batches: Batches) -> Batches:
        flow = kit.flow()
        for _, own in groupby(_parcels(batches), attrgetter("place")):
            state = stage.empty(flow)
            for _, parcels in groupby(own, attrgetter("batch")):
                yield parcel_batch(stage.act(flow, state, list(parcels)))

    return act


def _finishing(kit: Kit, finish: Finish) -> Callable[[Batches], Batches]:
    def finish_all(batches: Batches) -> Batches:
        flow = kit.flow()
        for (batch, output), parcels in groupby(_parcels(batches), attrgetter("batch", "output")):
            content = finish(batch, output, gather(flow, list(parcels)))
            yield pa.record_batch(
                {
                    "batch": pa.array([batch], pa.int64()),
                    "output": pa.array([output], pa.int32()),
                    "content": pa.array([content], pa.binary()),
                }
            )

    return finish_all


def _parcels(batches: Batches) -> Iterator[Parcel]:
    for batch in batches:
        for row in batch.to_pylist():
            yield Parcel(**row)
