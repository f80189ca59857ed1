"""Arrow arrays out of an event batch's columns, without a step of Python for each row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from fraudstream.decisions.form import NumberColumn
from fraudstream.decisions.ids import TextColumn
from fraudstream.decisions.writing import put_bytes, put_fixed, put_string, put_time
from fraudstream.events import MISSING, EventBatch

__all__ = [
    "JsonFields",
    "constant_array",
    "decimal_array",
    "float_array",
    "json_array",
    "name_array",
    "text_array",
    "time_array",
]

_TEN_THOUSANDTHS = 4
"""Decimals of money in the store, whatever its currency has."""

JsonFields = Sequence[tuple[str, int]]
"""Keys of a JSON object and the column that each one's value stands in."""


def text_array(column: TextColumn) -> pa.Array:
    """Texts; null where there is none."""
    data, starts, ends = column
    if not len(starts) or starts.max() < 0:
        return pa.nulls(len(starts), pa.string())
    gathered, bounds = _gather(data, starts, ends)
    return _strings(gathered, bounds, starts >= 0)


def time_array(ms: NDArray[np.int64]) -> pa.Array:
    """UTC times from ms; null where ``MISSING``."""
    kind = pa.timestamp("ms", tz="UTC")
    return pa.Array.from_buffers(kind, len(ms), [_validity(ms != MISSING), _buffer(ms)])


def decimal_array(values: NDArray[np.int64], decimals: NDArray[np.int64] | int) -> pa.Array:
    """Money as decimal(18, 4): integers with the given number of decimals, at most four."""
    known = values != MISSING
    scaled = np.where(known, values, 0) * 10 ** (_TEN_THOUSANDTHS - np.asarray(decimals))
    halves = np.stack([scaled, scaled >> 63], axis=1)
    kind = pa.decimal128(18, _TEN_THOUSANDTHS)
    return pa.Array.from_buffers(kind, len(values), [_validity(known), _buffer(halves)])


def float_array(values: NDArray[np.int64], scale: int) -> pa.Array:
    """``values / scale``; null where ``MISSING``."""
    return pa.array(values / scale, mask=values == MISSING)


def name_array(codes: NDArray[np.integer], names: Sequence[str]) -> pa.Array:
    """Names by their index, null for -1; each name is held once."""
    indices = pa.array(codes.astype(np.int16), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))


def constant_array(value: str | None, rows: int) -> pa.Array:
    """The same text in every row."""
    if value is None:
        return pa.nulls(rows, pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), [value])


def json_array(
    events: EventBatch,
    texts: JsonFields,
    numbers: NDArray[np.int64],
    columns: Sequence[tuple[int, NumberColumn]],
) -> pa.Array:
    """A JSON object for each row, of what it has: texts of the batch, then numbers.

    ``columns`` says which columns of ``numbers`` (n, M) to take and how each is to be shown.
    """
    keys = [*(name for name, _ in texts), *(number.name for _, number in columns)]
    names = [f'"{key}":'.encode() for key in keys]
    spans = events.texts
    data = spans.data.view()
    data.flags.writeable = False
    said, bounds = _write_objects(
        (np.frombuffer(b"".join(names), np.uint8), np.cumsum([0, *map(len, names)])),
        (data, spans.starts, spans.ends, np.array([k for _, k in texts], np.int64)),
        (numbers, np.array([k for k, _ in columns], np.int64)),
        np.array([-1 if number.is_time else number.decimals for _, number in columns], np.int64),
    )
    return _strings(said, bounds, np.ones(len(events), np.bool_))


def _strings(
    data: NDArray[np.uint8], bounds: NDArray[np.int32], valid: NDArray[np.bool_]
) -> pa.Array:
    buffers = [_validity(valid), _buffer(bounds), _buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(valid), buffers)


def _validity(valid: NDArray[np.bool_]) -> pa.Buffer | None:
    return None if valid.all() else _buffer(np.packbits(valid, bitorder="little"))


def _buffer(values: NDArray[np.generic]) -> pa.Buffer:
    return pa.py_buffer(np.ascontiguousarray(values))


@njit(cache=True, nogil=True)
def _gather(data, starts, ends):  # type: ignore[no-untyped-def]
    """The texts one after the other, and where each begins."""
    bounds = np.zeros(len(starts) + 1, np.int32)
    for i in range(len(starts)):
        bounds[i + 1] = bounds[i] + (ends[i] - starts[i] if starts[i] >= 0 else 0)
    out = np.empty(bounds[-1], np.uint8)
    for i in range(len(starts)):
        if starts[i] >= 0:
            put_bytes(out, bounds[i], data, starts[i], ends[i])
    return out, bounds


@njit(cache=True, nogil=True)
def _write_objects(names, spans, values, decimals):  # type: ignore[no-untyped-def]
    """JSON objects one after the other, and where each begins; -1 decimals stands for a time."""
    keys, key_bounds = names
    data, starts, ends, texts = spans
    numbers, columns = values
    rows = len(numbers)
    room = rows * (key_bounds[-1] + 3 + 27 * len(columns))
    for i in range(rows):
        for column in texts:
            room += 3 + 6 * (ends[i, column] - starts[i, column])
    out = np.empty(room, np.uint8)
    bounds = np.zeros(rows + 1, np.int32)
    at = 0
    for i in range(rows):
        first = at + 1
        for k in range(len(texts) + len(columns)):
            is_text = k < len(texts)
            if is_text and starts[i, texts[k]] < 0:
                continue
            if not is_text and numbers[i, columns[k - len(texts)]] == MISSING:
                continue
            out[at] = 44
            at = put_bytes(out, at + 1, keys, key_bounds[k], key_bounds[k + 1])
            if is_text:
                at = put_string(out, at, data, starts[i, texts[k]], ends[i, texts[k]])
                continue
            number, digits = numbers[i, columns[k - len(texts)]], decimals[k - len(texts)]
            if digits >= 0:
                at = put_fixed(out, at, number, digits)
            else:
                out[at] = 34
                at = put_time(out, at + 1, number)
                out[at] = 34
                at += 1
        at = max(at, first)
        out[first - 1] = 123
        out[at] = 125
        at += 1
        bounds[i + 1] = at
    return out[:at], bounds
