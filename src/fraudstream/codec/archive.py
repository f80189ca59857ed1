"""Decoded events as a table, which decodes to the same events again: what a store keeps of a log.

A message's own bytes may hold what the preset says to hash, so they are not kept; what was decoded
is. Numbers are as in :class:`~fraudstream.events.EventBatch`; texts are text, of which hashes and
codes are made anew, so that other features, entities and filters over the same fields are served.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from fraudstream.codec import program as p
from fraudstream.codec.program import Plan
from fraudstream.codec.siphash import is_hex, read_hex, siphash
from fraudstream.codec.texts import look_up
from fraudstream.codec.words import I64, OPTIONS, PAD, U8, U64, address_of
from fraudstream.errors import InputInvalid, Problem
from fraudstream.events import MISSING, EventBatch, Spans
from fraudstream.schema import Field, Preset

__all__ = ["MARK", "decoded_again", "is_archived", "number_name", "text_name"]

N = TypeVar("N", bound=np.generic)

MARK = "archived"
"""Name of the column that only such a table has: the event's kind."""


def text_name(field: str) -> str:
    """The column of a text field."""
    return f"text:{field}"


def number_name(field: str, unit: str | int) -> str:
    """The column of a number; its decimals, or for amounts the base currency, are in the name."""
    return f"number:{field}:{unit}"


def is_archived(table: pa.RecordBatch) -> bool:
    """Whether a record batch is such a table."""
    return MARK in table.schema.names


def decoded_again(table: pa.RecordBatch, plan: Plan, preset: Preset) -> EventBatch:
    """The events of a table, as decoding their messages with this preset would give them.

    A field that was not kept is absent. Raises ``InputInvalid`` if amounts or numbers were kept in
    another unit than the preset's, or ids were hashed with another secret.
    """
    texts = _texts(table, plan)
    _require_secret(table, plan, texts)
    return EventBatch(
        kinds=_fixed(table, MARK, np.uint8),
        event_times=_fixed(table, "event_time", np.int64),
        arrivals=_fixed(table, "arrival", np.int64),
        ids=np.stack([_fixed(table, name, np.uint64) for name in ("id_low", "id_high")], axis=1),
        contents=_fixed(table, "contents", np.uint64),
        hashes=_hashes(plan, texts),
        numbers=_numbers(table, plan, preset),
        codes=_codes(plan, texts),
        frauds=_fixed(table, "fraud", np.int8),
        known_ats=_fixed(table, "known_at", np.int64),
        amounts=_fixed(table, "amount", np.int64),
        currencies=_currencies(table, plan),
        texts=texts,
        partitions=_fixed(table, "partition", np.int32),
        offsets=_fixed(table, "offset", np.int64),
    )


def _fixed(table: pa.RecordBatch, name: str, kind: type[N]) -> NDArray[N]:
    return np.ascontiguousarray(table.column(name).to_numpy(zero_copy_only=False), kind)


def _texts(table: pa.RecordBatch, plan: Plan) -> Spans:
    """All texts behind each other, and bytes to spare."""
    starts = np.full((table.num_rows, len(plan.layout.texts)), -1, np.int64)
    ends, parts, size = starts.copy(), [], 0
    for k, name in enumerate(plan.layout.texts):
        if text_name(name) not in table.schema.names:
            continue
        column = table.column(text_name(name))
        _, bounds, data = column.buffers()
        offsets = np.frombuffer(bounds, np.int32)[column.offset :][: len(column) + 1]
        valid = column.is_valid().to_numpy(zero_copy_only=False)
        starts[:, k] = np.where(valid, offsets[:-1].astype(np.int64) + size, -1)
        ends[:, k] = np.where(valid, offsets[1:].astype(np.int64) + size, -1)
        parts.append(np.frombuffer(data or b"", np.uint8))
        size += len(parts[-1])
    return Spans(np.concatenate([*parts, np.zeros(PAD, np.uint8)]), starts, ends)


def _numbers(table: pa.RecordBatch, plan: Plan, preset: Preset) -> I64:
    numbers = np.full((table.num_rows, len(plan.layout.numbers)), MISSING, np.int64)
    for k, name in enumerate(plan.layout.numbers):
        column = number_name(name, _unit(preset, name))
        kept = [c for c in table.schema.names if c.startswith(number_name(name, ""))]
        if column in kept:
            numbers[:, k] = _fixed(table, column, np.int64)
        elif kept:
            raise InputInvalid(
                f"{name} was kept in another unit than the preset's.",
                [Problem(f"{kept[0].rpartition(':')[2]} then, {_unit(preset, name)} now")],
                "Read the log itself, or go back to the former unit (currency, decimals).",
            )
    return numbers


def _unit(preset: Preset, name: str) -> str | int:
    field = preset.field_named(name)
    return preset.currency.base if name == "amount" or field is None else field.decimals


def _currencies(table: pa.RecordBatch, plan: Plan) -> NDArray[np.int16]:
    known = pa.array(plan.layout.currencies, pa.string())
    found = pc.index_in(table.column("currency"), value_set=known).fill_null(-1)
    return found.to_numpy(zero_copy_only=False).astype(np.int16)


def _rows(plan: Plan) -> list[tuple[Field, int]]:
    """Each field with the place of its row in the plan's table."""
    return [(field, p.HEADER + k * p.F_WIDTH) for k, field in enumerate(plan.fields)]


def _hashes(plan: Plan, texts: Spans) -> U64:
    hashes = np.zeros((len(texts.starts), len(plan.layout.hashed), 2), np.uint64)
    for field, _ in _rows(plan):
        if field.name in plan.layout.hashed:
            own = _hashed(plan, texts, plan.layout.texts.index(field.name), field.hash)
            hashes[:, plan.layout.hashed.index(field.name)] = own
    return hashes


def _hashed(plan: Plan, texts: Spans, column: int, is_concealed: bool) -> U64:
    starts, ends = _bounds(texts, column)
    found = np.zeros((len(starts), 2), np.uint64)
    (_read_hashes if is_concealed else _make_hashes)(plan.table, texts.data, starts, ends, found)
    return found


def _bounds(texts: Spans, column: int) -> tuple[I64, I64]:
    starts, ends = texts.starts[:, column], texts.ends[:, column]
    return np.ascontiguousarray(starts), np.ascontiguousarray(ends)


def _codes(plan: Plan, texts: Spans) -> NDArray[np.int16]:
    codes = np.full((len(texts.starts), len(plan.layout.enums)), -1, np.int16)
    for field, row in _rows(plan):
        if field.name in plan.layout.enums:
            k = plan.layout.texts.index(field.name)
            starts, ends = _bounds(texts, k)
            found = np.full(len(starts), -1, np.int16)
            _look_up(plan.table, texts.data, starts, ends, plan.table[row + p.F_SPACE], found)
            codes[:, plan.layout.enums.index(field.name)] = found
    return codes


def _require_secret(table: pa.RecordBatch, plan: Plan, texts: Spans) -> None:
    """Ids that are shown must hash to what was kept."""
    shown = [f for f in plan.fields if f.name == "transaction_id" and not f.hash]
    if not shown or not table.num_rows:
        return
    made = _hashed(plan, texts, plan.layout.texts.index("transaction_id"), False)
    there = texts.starts[:, plan.layout.texts.index("transaction_id")] >= 0
    if (made[there, 0] != _fixed(table, "id_low", np.uint64)[there]).any():
        raise InputInvalid(
            "What is kept was hashed with another secret than the one that is set.",
            advice="Use the home folder, or the setting secret, of the engine that wrote it.",
        )


@njit(**OPTIONS)
def _make_hashes(table: I64, data: U8, starts: I64, ends: I64, out: U64) -> None:
    key, text = address_of(table), address_of(data)
    for i in range(len(starts)):
        if starts[i] >= 0:
            low, high = siphash(key, text, starts[i], ends[i])
            out[i, 0], out[i, 1] = low, high


@njit(**OPTIONS)
def _read_hashes(table: I64, data: U8, starts: I64, ends: I64, out: U64) -> None:
    """Hashes that are shown as their digits; any other text is none of ours and is hashed."""
    key, text = address_of(table), address_of(data)
    for i in range(len(starts)):
        if starts[i] < 0:
            continue
        if is_hex(text, starts[i], ends[i]):
            low, high = read_hex(text, starts[i])
        else:
            low, high = siphash(key, text, starts[i], ends[i])
        out[i, 0], out[i, 1] = low, high


@njit(**OPTIONS)
def _look_up(
    table: I64, data: U8, starts: I64, ends: I64, space: int, out: NDArray[np.int16]
) -> None:
    words, text = address_of(table), address_of(data)
    for i in range(len(starts)):
        if starts[i] >= 0:
            out[i] = look_up(text, starts[i], ends[i], words, space)
