"""Arrow columns as the fields of PostgreSQL's binary format, column by column, never row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from fraudstream.stores.postgres.packing import pack

__all__ = ["Fields", "fields_of", "without_nul"]

_EPOCH_MS = 946_684_800_000
"""2000-01-01, from which PostgreSQL counts microseconds."""

_BASE = 10_000
"""Of the digits of a numeric."""

_OIDS = {pa.string(): 25, pa.float64(): 701}
_ESCAPED_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_NUL, _SUBSTITUTE = 0, 26


@dataclass(frozen=True, slots=True)
class Fields:
    """A column: field ``i`` is ``lengths[i]`` bytes of ``data`` from ``starts[i]``; -1 is null."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int32]


def fields_of(column: pa.Array, is_json: bool = False) -> Fields:
    """The fields of a column; ``is_json`` for text that becomes jsonb.

    Text cannot hold the character NUL there: see :func:`without_nul`. Raises ``TypeError`` for a
    type that no table has.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _looked_up(column, is_json)
    if pa.types.is_string(kind):
        return _texts(_versioned(column) if is_json else column, is_json)
    if pa.types.is_binary(kind):
        return _bytes(column)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _arrays(column)
    return _fixed(_fixed_bytes(column), _valid(column))


def without_nul(data: NDArray[np.uint8], is_json: bool) -> NDArray[np.uint8]:
    r"""Text with the character SUBSTITUTE (U+001A) for each NUL, bare or escaped as in JSON.

    PostgreSQL keeps no NUL in text, and one message must not stop the stream.

    >>> bytes(without_nul(np.frombuffer(b'a\0"\\u0000"', np.uint8), is_json=True))
    b'a\x1a"\\u001a"'
    """
    if (data == _NUL).any():
        data = np.where(data == _NUL, np.uint8(_SUBSTITUTE), data)
    if is_json and b"\\u0000" in (text := data.tobytes()):
        data = np.frombuffer(_ESCAPED_NUL.sub(rb"\1\\u001a", text), np.uint8)
    return data


def _valid(column: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(column.is_valid().to_numpy(zero_copy_only=False), np.bool_)


def _fixed(values: NDArray[np.uint8], valid: NDArray[np.bool_]) -> Fields:
    """From bytes (n, width)."""
    rows, width = values.shape
    starts = np.arange(rows, dtype=np.int64) * width
    return Fields(values.reshape(-1), starts, np.where(valid, width, -1).astype(np.int32))


def _fixed_bytes(column: pa.Array) -> NDArray[np.uint8]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        ms = column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        return _big_endian((ms - _EPOCH_MS) * 1000, "i8")
    if pa.types.is_decimal(kind):
        return _numerics(column)
    if pa.types.is_boolean(kind):
        return _big_endian(column.fill_null(False).to_numpy(zero_copy_only=False), "u1")
    widths = {pa.int32(): "i4", pa.int64(): "i8", pa.float64(): "f8"}
    if kind not in widths:
        raise TypeError(f"no table has a column of {kind}")
    return _big_endian(column.fill_null(0).to_numpy(zero_copy_only=False), widths[kind])


def _big_endian(values: NDArray[np.generic], kind: str) -> NDArray[np.uint8]:
    swapped = np.ascontiguousarray(values.astype(f">{kind}"))
    return swapped.view(np.uint8).reshape(len(values), swapped.itemsize)


def _numerics(column: pa.Array) -> NDArray[np.uint8]:
    """numeric(18, 4): five digits to the base 10,000, of which the last is the fraction.

    Leading zeros are allowed; PostgreSQL takes them off.
    """
    halves = np.frombuffer(column.buffers()[1], np.int64).reshape(-1, 2)
    values = halves[column.offset : column.offset + len(column), 0]
    rest = np.abs(np.where(_valid(column), values, 0))
    digits = np.empty((len(column), 9), np.int64)
    digits[:, 0], digits[:, 1], digits[:, 3] = 5, 3, 4
    digits[:, 2] = np.where(values < 0, 0x4000, 0)
    for place in range(8, 3, -1):
        rest, digits[:, place] = rest // _BASE, rest % _BASE
    return _big_endian(digits.reshape(-1), "i2").reshape(len(column), 18)


def _versioned(column: pa.Array) -> pa.Array:
    """jsonb is text behind the number of its format."""
    return pc.binary_join_element_wise(pa.scalar("\x01"), column, pa.scalar(""))


def _texts(column: pa.Array, is_json: bool) -> Fields:
    fields = _bytes(column)
    return Fields(without_nul(fields.data, is_json), fields.starts, fields.lengths)


def _bytes(column: pa.Array) -> Fields:
    _, offsets, data = column.buffers()
    bounds = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    starts = bounds[:-1].astype(np.int64)
    lengths = np.where(_valid(column), bounds[1:] - bounds[:-1], -1).astype(np.int32)
    content = np.frombuffer(data or b"", np.uint8)
    return Fields(content, starts, lengths)


def _looked_up(column: pa.Array, is_json: bool) -> Fields:
    """Each value is encoded once."""
    values = fields_of(column.dictionary, is_json)
    codes = column.indices.fill_null(0).to_numpy(zero_copy_only=False)
    if not len(values.starts):
        nowhere = np.zeros(len(column), np.int64)
        return Fields(values.data, nowhere, np.full(len(column), -1, np.int32))
    lengths = np.where(_valid(column), values.lengths[codes], -1).astype(np.int32)
    return Fields(values.data, values.starts[codes], lengths)


def _arrays(column: pa.Array) -> Fields:
    """One-dimensional arrays; an empty one has no dimension."""
    elements = fields_of(column.values)
    bounds = column.offsets.to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.diff(bounds)
    missing = np.concatenate([[0], np.cumsum(elements.lengths < 0)])
    head = np.zeros((len(column), 5), np.int64)
    head[:, 0] = counts > 0
    head[:, 1] = missing[bounds[1:]] > missing[bounds[:-1]]
    head[:, 2] = _OIDS[column.type.value_type]
    head[:, 3], head[:, 4] = counts, 1
    heads = _big_endian(head.reshape(-1), "i4").reshape(len(column), 20)
    widths = np.where(counts > 0, 20, 12)
    parts = (elements.data, elements.starts, elements.lengths)
    data, ends = pack((heads, widths), bounds, parts)
    lengths = np.where(_valid(column), np.diff(ends), -1).astype(np.int32)
    return Fields(data, ends[:-1], lengths)
