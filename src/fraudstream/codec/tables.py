"""Arrow record batches (from CSV and Parquet) to spans: each column to text or ms, once.

Integers become their digits, floats their shortest digits (a whole one without a point, so that ids
that some tool made floats stay what they were), timestamps ms. An empty CSV cell is no value.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from fraudstream.codec import values as v
from fraudstream.codec.program import Plan
from fraudstream.codec.spanned import Spanned
from fraudstream.codec.strings import is_utf8
from fraudstream.codec.words import I64, OPTIONS, PAD, U8, address_of, byte_at
from fraudstream.errors import InputInvalid, Problem
from fraudstream.schema import Field, Preset

__all__ = ["check_columns", "spans_of_table"]

_PER_MS = {"us": 1_000, "ns": 1_000_000}
_FAR = 1 << 50
"""Seconds beyond any time that could be meant."""


@dataclass(frozen=True, slots=True)
class _Texts:
    """A column as text: its bytes, and row ``i``'s place in them."""

    data: U8
    offsets: I64
    valid: NDArray[np.bool_]
    kind: int


def check_columns(batch: pa.RecordBatch, preset: Preset) -> None:
    """Raises :class:`InputInvalid` naming all columns that are needed and not there.

    Needed are required fields, the keys of entities, the label's and the amount's currency; other
    fields may lack a column, as events of other kinds carry them.
    """
    names = {name for _, keys in preset.entities for name in keys} | {preset.labels.field}
    names |= {field.currency for field in preset.fields}
    needed = [field for field in preset.fields if field.required or field.name in names]
    missing = [field for field in needed if _find_column(batch, field.path) is None]
    if missing:
        raise InputInvalid(
            f'the data lacks {len(missing)} of the columns that preset "{preset.name}" needs',
            [Problem(_missing(field, batch.schema.names)) for field in missing],
            "Correct the names under [fields] of the preset, or choose another preset.",
        )


def _missing(field: Field, names: list[str]) -> str:
    path = ".".join(field.path)
    by_small = {name.casefold(): name for name in names}
    close = get_close_matches(path.casefold(), by_small, n=1)
    hint = f'; did you mean "{by_small[close[0]]}"?' if close else ""
    return f'no column "{path}" for {field.name}{hint}'


def _find_column(batch: pa.RecordBatch, path: tuple[str, ...]) -> pa.Array | None:
    """A column by its whole dotted name, or by the way through its structs."""
    for end in range(len(path), 0, -1):
        name = ".".join(path[:end])
        if name in batch.schema.names:
            return _descend(batch.column(name), path[end:])
    return None


def _descend(column: pa.Array, path: tuple[str, ...]) -> pa.Array | None:
    for name in path:
        if not pa.types.is_struct(column.type) or column.type.get_field_index(name) < 0:
            return None
        column = pc.struct_field(column, name)
    return column


def spans_of_table(batch: pa.RecordBatch, plan: Plan, empty_is_missing: bool, room: int) -> Spanned:
    """Lay out a record batch; ``room`` bytes of the side buffer are kept for each row."""
    rows, paths = batch.num_rows, plan.paths.paths
    spans = np.full((rows, len(paths), 3), v.ABSENT, np.int64)
    faults = np.zeros((rows, 2), np.int64)
    laid: list[tuple[int, _Texts]] = []
    for slot, path in enumerate(paths):
        column = _find_column(batch, path)
        if column is None or pa.types.is_null(column.type):
            continue
        if pa.types.is_temporal(column.type):
            _lay_times(column, slot, spans)
        else:
            laid.append((slot, _texts_of(column)))
    side = sum(len(texts.data) for _, texts in laid)
    data = np.empty(side + rows * room + PAD, np.uint8)
    at = 0
    for slot, texts in laid:
        end = at + len(texts.data)
        data[at:end] = texts.data
        unchecked = texts.kind == v.STRING and bool(texts.data.max(initial=0) > 127)
        flags = np.array([at, slot, texts.kind, empty_is_missing, unchecked], np.int64)
        _lay_texts(data, texts.offsets, texts.valid, flags, spans, faults)
        at = end
    return Spanned(data, side, spans, faults)


def _lay_times(column: pa.Array, slot: int, spans: I64) -> None:
    """Times are ms in place of a span; those of a day are its midnight."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("ms"))
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    kind = v.ARRAY
    if pa.types.is_timestamp(column.type):
        kind = v.LOCAL_MS if column.type.tz is None else v.UTC_MS
        units = pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
        if column.type.unit == "s":
            units = np.clip(units, -_FAR, _FAR) * 1_000
        spans[:, slot, v.START] = units // _PER_MS.get(column.type.unit, 1)
        spans[:, slot, v.END] = -1
    spans[:, slot, v.TYPE] = np.where(valid, kind, v.ABSENT)


def _texts_of(column: pa.Array) -> _Texts:
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    kind, column = _as_text(column)
    _, offsets, data = column.buffers()
    places = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    if not len(column) or data is None:
        return _Texts(np.empty(0, np.uint8), np.zeros(len(column) + 1, np.int64), valid, kind)
    text = np.frombuffer(data, np.uint8)[places[0] : places[-1]]
    return _Texts(text, places - places[0], valid, kind)


def _as_text(column: pa.Array) -> tuple[int, pa.Array]:
    """What the values are, and a column of large strings or binaries."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.dictionary_decode())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return v.STRING, column.cast(pa.large_binary())
    if pa.types.is_integer(kind):
        return v.INTEGER, column.cast(pa.large_string())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return v.DECIMAL, column.cast(pa.large_string())
    if pa.types.is_boolean(kind):
        return v.TRUE, column.cast(pa.large_string())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return v.STRING, column.cast(pa.large_string())
    return v.ARRAY, pa.array([""] * len(column), pa.large_string())


@njit(**OPTIONS)
def _number_kind(data: int, start: int, end: int) -> int:
    """Of a float's digits: a whole number, another one, or none."""
    kind = v.INTEGER
    for at in range(start, end):
        byte = byte_at(data, at)
        if byte == 110:  # the n of nan and inf
            return v.NONFINITE
        if byte == 46 or byte == 101:
            kind = v.DECIMAL
    return kind


@njit(**OPTIONS)
def _lay_texts(work, offsets, valid, flags, spans, faults):  # type: ignore[no-untyped-def]
    """One column's spans; ``flags`` are (place of its bytes, slot, kind, empty_is_missing,
    unchecked): the last asks for a check of UTF-8."""
    data = address_of(work)
    at, slot, kind, empty_is_missing, unchecked = flags[0], flags[1], flags[2], flags[3], flags[4]
    for row in range(len(valid)):
        start, end = at + offsets[row], at + offsets[row + 1]
        if not valid[row] or (kind == v.STRING and start == end and empty_is_missing):
            continue
        spans[row, slot, v.START] = start
        spans[row, slot, v.END] = end
        found = kind
        if kind == v.DECIMAL:
            found = _number_kind(data, start, end)
        elif kind == v.TRUE:
            found = v.TRUE if byte_at(data, start) == 116 else v.FALSE
        elif unchecked and not is_utf8(data, start, end):
            faults[row, 0] = v.NOT_UTF8
        spans[row, slot, v.TYPE] = found
