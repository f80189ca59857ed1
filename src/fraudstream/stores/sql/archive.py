"""A batch's decoded events as a few bytes in a row of ``event_log``, and read again.

Columns one after the other, whole batches compressed; what no event of the batch says is left out,
so that a batch of one event stays small. Nothing in it is executed or trusted when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudstream.codec.archive import MARK, number_name, text_name
from fraudstream.decisions import Form, Outcome
from fraudstream.decisions.columns import text_array, time_array
from fraudstream.decisions.ids import text_column
from fraudstream.decisions.table import Placement
from fraudstream.errors import InputInvalid
from fraudstream.events import MISSING, NO_TIMESTAMP, EventBatch, Kind, Records
from fraudstream.ports import Entry
from fraudstream.stores.sql.journal import VERSIONS, entry_of
from fraudstream.stores.sql.reading import Reader

__all__ = ["archived", "events_row", "packed", "profiles_of", "table_of", "unpacked"]

_LAYOUT = 1
_AT_ONCE = 16
"""Batches read at a time."""

_ARCHIVED = f"""
    select journal.batch, epoch, ranges, as_of, {", ".join(VERSIONS)}, source, events
    from journal
    join versions on versions.id = journal.versions_id
    left join event_log on event_log.batch = journal.batch
    where journal.batch > $1 order by journal.batch limit {_AT_ONCE}
"""


class _Packed(msgspec.Struct, array_like=True):
    """``columns`` are (name, type, values, bytes of texts); types are those of NumPy, or ``s``."""

    layout: int
    rows: int
    columns: list[tuple[str, str, bytes, bytes]]


def archived(reader: Reader, after: int) -> Iterator[tuple[Entry, Records]]:
    """Batches with a number over ``after``, ascending: the journal's entry and the events.

    Batches whose events were pruned are left out. Raises ``InputInvalid`` at one whose events were
    never kept.
    """
    while rows := reader.rows(_ARCHIVED, [after]):
        for row in rows:
            source, events = row.pop("source"), row.pop("events")
            entry = entry_of(*row.values())
            if source is None:
                raise InputInvalid(
                    f"The store kept no events of batch {entry.batch}.",
                    advice="An older version wrote it, or a cluster; read the log itself.",
                )
            if events is not None:
                yield entry, _records(source, unpacked(events))
            after = entry.batch


def events_row(outcome: Outcome, form: Form, placement: Placement) -> pa.RecordBatch:
    """The row of ``event_log``; no event is later than the decision."""
    events = outcome.decoded
    newest = min(_newest(events), placement.decided_at)
    return pa.record_batch(
        {
            "batch": pa.array([placement.batch], pa.int64()),
            "source": pa.array([outcome.source], pa.string()),
            "newest": time_array(np.array([newest])),
            "count": pa.array([len(events)], pa.int32()),
            "profiles": pa.array([int((events.kinds == Kind.PROFILE).sum())], pa.int32()),
            "events": pa.array([packed(table_of(events, form))], pa.binary()),
        }
    )


def profiles_of(content: bytes) -> bytes:
    """Of packed events the profiles alone: they count for ever, whatever windows forget."""
    table = unpacked(content)
    rows = pc.equal(table.column(MARK), int(Kind.PROFILE))
    return packed(table.filter(rows))


def _newest(events: EventBatch) -> int:
    """The latest time that any event tells, UTC ms; ``MISSING`` without events."""
    latest = max(events.event_times.max(initial=MISSING), events.arrivals.max(initial=MISSING))
    return int(latest)


def table_of(events: EventBatch, form: Form) -> pa.RecordBatch:
    """Events as the table that :mod:`fraudstream.codec.archive` reads."""
    codes = np.array([*(code for code, _ in form.currencies), None], object)
    columns: dict[str, Any] = {
        MARK: events.kinds,
        "event_time": events.event_times,
        "arrival": events.arrivals,
        "id_low": events.ids[:, 0],
        "id_high": events.ids[:, 1],
        "contents": events.contents,
        "fraud": events.frauds,
        "known_at": events.known_ats,
        "amount": events.amounts,
        "currency": pa.array(codes[events.currencies], pa.string()),
        "partition": events.partitions,
        "offset": events.offsets,
    }
    for k, number in enumerate(form.numbers):
        if (events.numbers[:, k] != MISSING).any():
            unit = form.base if k == 0 else number.decimals
            name = "amount" if k == 0 else number.name
            columns[number_name(name, unit)] = events.numbers[:, k]
    for k, name in enumerate(form.texts):
        if (events.texts.starts[:, k] >= 0).any():
            columns[text_name(name)] = text_array(text_column(events, k))
    return pa.record_batch({name: pa.array(values) for name, values in columns.items()})


def packed(table: pa.RecordBatch) -> bytes:
    """The bytes of a table."""
    columns = [
        _column(name, column)
        for name, column in zip(table.schema.names, table.columns, strict=True)
    ]
    content = msgspec.msgpack.encode(_Packed(_LAYOUT, table.num_rows, columns))
    size = len(content).to_bytes(4, "little")
    return size + bytes(pa.compress(content, codec="zstd", asbytes=True))


def unpacked(content: bytes) -> pa.RecordBatch:
    """The table of which ``content`` are the bytes; raises ``InputInvalid`` if they are damaged."""
    try:
        size = int.from_bytes(content[:4], "little")
        plain = pa.decompress(content[4:], decompressed_size=size, codec="zstd", asbytes=True)
        found = msgspec.msgpack.decode(plain, type=_Packed)
        columns = {name: _array(kind, *parts) for name, kind, *parts in found.columns}
        return pa.record_batch(columns)
    except (msgspec.MsgspecError, pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise InputInvalid(
            "The events of a batch cannot be read from the store.",
            advice="Restore the store from a backup, or read the log itself.",
        ) from error


def _column(name: str, column: pa.Array) -> tuple[str, str, bytes, bytes]:
    if pa.types.is_string(column.type):
        lengths = np.diff(np.frombuffer(column.buffers()[1], np.int32)[: len(column) + 1])
        valid = column.is_valid().to_numpy(zero_copy_only=False)
        data = column.buffers()[2]
        said = np.where(valid, lengths, -1).astype("<i2").tobytes()
        return name, "s", said, bytes(data)[: lengths.sum()] if data else b""
    values = column.to_numpy(zero_copy_only=False)
    return name, values.dtype.str[1:], values.astype(values.dtype.newbyteorder("<")).tobytes(), b""


def _array(kind: str, values: bytes, data: bytes) -> pa.Array:
    if kind != "s":
        return pa.array(np.frombuffer(values, f"<{kind}"))
    lengths = np.frombuffer(values, "<i2")
    bounds = np.concatenate([[0], np.cumsum(np.maximum(lengths, 0))]).astype(np.int32)
    if bounds[-1] > len(data):
        raise ValueError("a text ends after its bytes do")
    valid = pa.py_buffer(np.packbits(lengths >= 0, bitorder="little"))
    return pa.Array.from_buffers(
        pa.string(), len(lengths), [valid, pa.py_buffer(bounds), pa.py_buffer(data)]
    )


def _records(source: str, table: pa.RecordBatch) -> Records:
    return Records(
        source=source,
        payload=table,
        partitions=table.column("partition").to_numpy(),
        offsets=table.column("offset").to_numpy(),
        timestamps=np.full(table.num_rows, NO_TIMESTAMP, np.int64),
    )
