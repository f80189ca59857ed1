"""A record batch as the bytes of ``copy ... from stdin (format binary)``."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fraudstream.stores.postgres.fields import Fields, fields_of
from fraudstream.stores.postgres.packing import pack

__all__ = ["copied"]

_HEAD = np.frombuffer(b"PGCOPY\n\xff\r\n\x00" + bytes(8), np.uint8)
_TAIL = np.frombuffer(b"\xff\xff", np.uint8)


def copied(rows: pa.RecordBatch, json_columns: Collection[str]) -> NDArray[np.uint8]:
    """The whole message, header and trailer included, columns in the batch's order.

    Columns named in ``json_columns`` are jsonb. Built column by column, then joined in one loop.
    """
    columns = [
        fields_of(column, name in json_columns)
        for name, column in zip(rows.schema.names, rows.columns, strict=True)
    ]
    width = np.array([len(columns)], ">i2").view(np.uint8)
    heads = np.broadcast_to(width, (rows.num_rows, 2))
    bounds = np.arange(rows.num_rows + 1, dtype=np.int64) * len(columns)
    sizes = np.full(rows.num_rows, 2, np.int64)
    packed, _ = pack((np.ascontiguousarray(heads), sizes), bounds, _joined(columns))
    return np.concatenate([_HEAD, packed, _TAIL])


def _joined(
    columns: list[Fields],
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int32]]:
    """All columns' bytes behind each other; starts and lengths row after row."""
    shifts = np.cumsum([0, *(len(column.data) for column in columns[:-1])])
    starts = np.stack(
        [column.starts + shift for column, shift in zip(columns, shifts, strict=True)], axis=1
    )
    lengths = np.stack([column.lengths for column in columns], axis=1)
    data = np.concatenate([column.data for column in columns])
    return data, starts.reshape(-1), lengths.reshape(-1)
