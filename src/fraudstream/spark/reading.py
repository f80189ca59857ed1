"""Kafka's rows as they come to a worker, decoded and dealt out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa

from fraudstream.events import Envelope, Lines, Records
from fraudstream.spark.flow import Parcel
from fraudstream.spark.kit import Kit
from fraudstream.spark.scatter import scatter

__all__ = ["Batches", "parcel_batch", "scattering"]

Batches = Iterator[pa.RecordBatch]


def scattering(kit: Kit) -> Callable[[Batches], Batches]:
    """A function over the rows of one Spark partition, columns as :mod:`.job` selects them.

    Spark reads each of Kafka's partitions in one of its own, in the order of the offsets.
    """

    def scatter_rows(batches: Batches) -> Batches:
        rows = [batch for batch in batches if len(batch)]
        if not rows:
            return
        table = pa.Table.from_batches(rows)
        as_of = table["as_of"][0].as_py()
        for records in _by_partition(table, kit.source):
            parcels, _ = scatter(kit.flow(), records, as_of)
            yield parcel_batch(parcels)

    return scatter_rows


def parcel_batch(parcels: Iterable[Parcel]) -> pa.RecordBatch:
    """Parcels as rows for Spark."""
    rows = list(parcels)
    return pa.record_batch(
        {
            "batch": pa.array([p.batch for p in rows], pa.int64()),
            "place": pa.array([p.place for p in rows], pa.int32()),
            "output": pa.array([p.output for p in rows], pa.int32()),
            "holds": pa.array([int(p.holds) for p in rows], pa.int32()),
            "block": pa.array([p.block for p in rows], pa.binary()),
        }
    )


def _by_partition(table: pa.Table, source: str) -> Iterator[Records]:
    partitions = table["partition"].to_numpy()
    for partition in np.unique(partitions).tolist():
        own = table.filter(pa.array(partitions == partition))
        yield Records(
            source=source,
            payload=_lines(own["value"]),
            partitions=own["partition"].to_numpy().astype(np.int32),
            offsets=own["offset"].to_numpy().astype(np.int64),
            timestamps=own["timestamp"].to_numpy().astype(np.int64),
            envelopes=_envelopes(own),
        )


def _envelopes(table: pa.Table) -> list[Envelope]:
    headers = [
        tuple((header["key"], header["value"]) for header in found or ())
        for found in table["headers"].to_pylist()
    ]
    return list(map(Envelope, table["key"].to_pylist(), headers))


def _lines(values: pa.ChunkedArray) -> Lines:
    """Messages where they lie in Arrow's buffers; one without a value is empty."""
    parts = [chunk.cast(pa.large_binary()) for chunk in values.chunks]
    column = pa.concat_arrays(parts) if len(parts) != 1 else parts[0]
    bounds = np.frombuffer(column.buffers()[1], np.int64)[column.offset :][: len(column) + 1]
    data = column.buffers()[2]
    text = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return Lines(text, bounds[:-1], bounds[1:])
