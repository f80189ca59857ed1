"""What a field means, once for all formats: from spans to the columns of an event batch.

The first problem decides what a message is rejected for. Fields are read in the preset's order, but
the kind first and the event time second; after them comes the question whether a profile names
anything.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fraudstream.codec import program as p
from fraudstream.codec import values as v
from fraudstream.codec.decimals import LARGEST, read_scaled, rounded
from fraudstream.codec.lookup import UNKNOWN, find_name
from fraudstream.codec.money import convert, find_currency, read_money
from fraudstream.codec.siphash import siphash
from fraudstream.codec.texts import mix, put_place, read_text
from fraudstream.codec.times import NO_OFFSET, read_iso, read_pattern, read_unix
from fraudstream.codec.words import I64, OPTIONS, U8, U64
from fraudstream.codec.zones import SKIPPED, to_utc
from fraudstream.events import MISSING, NO_CODE, Kind

__all__ = ["Columns", "normalise"]

_TRANSACTION, _PROFILE = int(Kind.TRANSACTION), int(Kind.PROFILE)
_NOBODY = -1


class Columns(NamedTuple):
    """The arrays of an :class:`~fraudstream.events.EventBatch` while they are filled."""

    kinds: NDArray[np.uint8]
    frauds: NDArray[np.int8]
    event_times: I64
    known_ats: I64
    amounts: I64
    currencies: NDArray[np.int16]
    ids: U64
    contents: U64
    hashes: U64
    numbers: I64
    codes: NDArray[np.int16]
    starts: I64
    ends: I64


@njit(**OPTIONS)
def _clear(columns: Columns, row: int) -> None:
    """Everything absent."""
    columns.kinds[row] = _TRANSACTION
    columns.frauds[row] = -1
    columns.event_times[row] = MISSING
    columns.known_ats[row] = MISSING
    columns.amounts[row] = MISSING
    columns.currencies[row] = NO_CODE
    columns.ids[row] = 0
    columns.hashes[row] = 0
    columns.numbers[row] = MISSING
    columns.codes[row] = NO_CODE
    columns.starts[row] = -1
    columns.ends[row] = -1


@njit(**OPTIONS)
def _is_digits(kind: int) -> bool:
    return kind == v.INTEGER or kind == v.STRING or kind == v.DECIMAL


@njit(**OPTIONS)
def _read_number(data: U8, kind: int, start: int, end: int, decimals: int) -> tuple[int, int]:
    """(fault, scaled integer)."""
    if not _is_digits(kind):
        return (v.NOT_FINITE if kind == v.NONFINITE else v.WRONG_TYPE), 0
    fault, value, tail, negative = read_scaled(data, start, end, decimals)
    if fault != v.FINE:
        return fault, 0
    value = rounded(value, tail)
    if value > LARGEST:
        return v.OUT_OF_RANGE, 0
    return v.FINE, -value if negative else value


@njit(**OPTIONS)
def _read_written_time(data, start, end, field):  # type: ignore[no-untyped-def]
    """(fault, ms as written, distance from UTC) of a time that is text or number."""
    spec, program = field
    style = spec[p.F_FORMAT]
    if style == p.ISO:
        return read_iso(data, start, end)
    if style == p.PATTERN:
        ops = program.ops[spec[p.F_OPS] : spec[p.F_OPS_END]]
        return read_pattern(data, start, end, ops)
    decimals = 3 if style == p.UNIX else 0 if style == p.UNIX_MS else -3
    fault, time = read_unix(data, start, end, decimals)
    return fault, time, 0


@njit(**OPTIONS)
def _read_time(data, kind, start, end, field):  # type: ignore[no-untyped-def]
    """(fault, UTC ms)."""
    spec, program = field
    fault, time, offset = v.FINE, start, 0
    if kind == v.LOCAL_MS:
        offset = NO_OFFSET
    elif kind != v.UTC_MS:
        if not _is_digits(kind) or (kind != v.STRING and spec[p.F_FORMAT] == p.ISO):
            return v.WRONG_TYPE, 0
        fault, time, offset = _read_written_time(data, start, end, field)
        if fault != v.FINE:
            return fault, 0
    if offset == NO_OFFSET:
        time = to_utc(time, program.zones, spec[p.F_ZONE], spec[p.F_ZONE_END])
        if time == SKIPPED:
            return v.SKIPPED_TIME, 0
    else:
        time -= offset
    if time < spec[p.F_EARLIEST]:
        return v.TOO_OLD, 0
    return (v.TOO_NEW if time >= p.LATEST else v.FINE), time


@njit(**OPTIONS)
def _read_truth(data, kind, start, end, field):  # type: ignore[no-untyped-def]
    """(fault, 1 or 0); of a label, every text that does not mean fraud means none."""
    spec, program = field
    if kind == v.TRUE or kind == v.FALSE:
        return v.FINE, 1 if kind == v.TRUE else 0
    if kind != v.STRING and kind != v.INTEGER:
        return v.WRONG_TYPE, 0
    truth = find_name(program.names, spec[p.F_SPACE], data, start, end)
    if truth == UNKNOWN:
        return (v.FINE if spec[p.F_ROLE] == p.IS_FRAUD else v.WRONG_TYPE), 0
    return v.FINE, truth


@njit(**OPTIONS)
def _read_kind(data, kind, start, end, program):  # type: ignore[no-untyped-def]
    """(fault, kind of event)."""
    if kind != v.STRING:
        return v.WRONG_TYPE, 0
    found = find_name(program.names, p.KINDS, data, start, end)
    return (v.UNKNOWN_KIND, 0) if found == UNKNOWN else (v.FINE, found)


@njit(**OPTIONS)
def _find_currency(spanned, field):  # type: ignore[no-untyped-def]
    """(fault, index of the currency that an amount is in)."""
    spec, program = field
    data, spans, types, row = spanned
    if spec[p.F_CURRENCY] < 0:
        return v.FINE, program.currencies.base
    slot = program.fields[spec[p.F_CURRENCY], p.F_SLOT]
    if types[row, slot] <= v.NULL:
        return v.MISSING_FIELD, 0
    if types[row, slot] != v.STRING:
        return v.WRONG_TYPE, 0
    start, end = spans[row, slot, 0], spans[row, slot, 1]
    index = find_currency(data, start, end, program.currencies.places)
    return (v.UNKNOWN_CURRENCY, 0) if index < 0 else (v.FINE, index)


@njit(**OPTIONS)
def _read_amount(spanned, field, out):  # type: ignore[no-untyped-def]
    """(fault, position of the field at fault or ``_NOBODY`` for the amount itself).

    Without an event time there is no rate, so a label's foreign amount stays without a base amount.
    """
    spec, program = field
    data, spans, types, row = spanned
    columns, at = out
    slot = spec[p.F_SLOT]
    kind = types[row, slot]
    if not _is_digits(kind):
        return (v.NOT_FINITE if kind == v.NONFINITE else v.WRONG_TYPE), _NOBODY
    fault, currency = _find_currency(spanned, field)
    if fault != v.FINE:
        return fault, spec[p.F_CURRENCY]
    known = program.currencies.known[currency]
    start, end = spans[row, slot, 0], spans[row, slot, 1]
    fault, amount = read_money(data, start, end, known[0], spec[p.F_ROUND] != 0)
    if fault != v.FINE:
        return fault, _NOBODY
    fault, base = convert(amount, columns.event_times[at], known, program.currencies.rates)
    if fault == v.NO_RATE:
        if columns.event_times[at] != MISSING:
            return fault, spec[p.F_CURRENCY]
        base = MISSING
    elif fault != v.FINE:
        return fault, _NOBODY
    columns.amounts[at] = amount
    columns.currencies[at] = currency
    columns.numbers[at, 0] = base
    return v.FINE, _NOBODY


@njit(**OPTIONS)
def _keep_time(spec, out, time):  # type: ignore[no-untyped-def]
    columns, at = out
    if spec[p.F_ROLE] == p.IS_EVENT_TIME:
        columns.event_times[at] = time
    elif spec[p.F_ROLE] == p.IS_KNOWN_AT:
        columns.known_ats[at] = time
    else:
        columns.numbers[at, spec[p.F_NUMBER]] = time


@njit(**OPTIONS)
def _read_field(spanned, field, out, side):  # type: ignore[no-untyped-def]
    """Read one present field: (fault, position of the one at fault, word, end of side buffer)."""
    spec, program = field
    data, spans, types, row = spanned
    columns, at = out
    slot, style = spec[p.F_SLOT], spec[p.F_TYPE]
    kind, start, end = types[row, slot], spans[row, slot, 0], spans[row, slot, 1]
    if style <= p.IS_COUNTRY:
        if kind != v.STRING and kind != v.INTEGER:
            return v.WRONG_TYPE, _NOBODY, np.uint64(0), side
        fault, word, side = read_text(data, start, end, field, out, side)
        return fault, _NOBODY, word, side
    if style == p.IS_MONEY:
        fault, guilty = _read_amount(spanned, field, out)
        word = mix(np.uint64(columns.amounts[at]), np.uint64(columns.currencies[at]))
        return fault, guilty, word, side
    if style == p.IS_TIME:
        fault, value = _read_time(data, kind, start, end, field)
        _keep_time(spec, out, value)
    elif style == p.IS_NUMBER:
        fault, value = _read_number(data, kind, start, end, spec[p.F_DECIMALS])
        columns.numbers[at, spec[p.F_NUMBER]] = value
    elif style == p.IS_BOOLEAN:
        fault, value = _read_truth(data, kind, start, end, field)
        if spec[p.F_ROLE] == p.IS_FRAUD:
            columns.frauds[at] = value
    else:
        fault, value = _read_kind(data, kind, start, end, program)
        columns.kinds[at] = value
    return fault, _NOBODY, np.uint64(value), side


@njit(**OPTIONS)
def _names_entity(columns: Columns, row: int, entities: I64) -> bool:
    """Whether the whole key of some entity is there."""
    for entity in range(len(entities)):
        complete = True
        for column in entities[entity]:
            if column >= 0 and columns.hashes[row, column, 0] == 0:
                complete = complete and columns.hashes[row, column, 1] != 0
        if complete:
            return True
    return False


@njit(**OPTIONS)
def _read_message(spanned, program, out, side):  # type: ignore[no-untyped-def]
    """Read one message's fields: (fault, position of the one at fault, end of side buffer)."""
    types, row = spanned[2], spanned[3]
    columns, at = out
    contents = np.uint64(0)
    for f in range(len(program.fields)):
        spec = program.fields[f]
        if types[row, spec[p.F_SLOT]] <= v.NULL:
            if (spec[p.F_REQUIRED] >> np.int64(columns.kinds[at])) & 1:
                return v.MISSING_FIELD, f, side
            continue
        fault, guilty, word, side = _read_field(spanned, (spec, program), out, side)
        if fault != v.FINE:
            return fault, f if guilty == _NOBODY else guilty, side
        contents = mix(contents ^ np.uint64(f + 1), word)
    if columns.kinds[at] == _PROFILE and not _names_entity(columns, at, program.entities):
        return v.NO_ENTITY, _NOBODY, side
    columns.contents[at] = contents
    return v.FINE, _NOBODY, side


@njit(**OPTIONS)
def _name_by_place(data, out, log, row, id_column, side):  # type: ignore[no-untyped-def]
    """Make the place in the log the id; the end of the side buffer."""
    key, source, partitions, offsets = log
    columns, at = out
    end = put_place(data, side, source, partitions[row], offsets[row])
    columns.ids[at, 0], columns.ids[at, 1] = siphash(key, data, side, end)
    if id_column >= 0:
        columns.starts[at, id_column] = side
        columns.ends[at, id_column] = end
    return end


@njit(**OPTIONS)
def normalise(spanned, faults, program, columns, log, side):  # type: ignore[no-untyped-def]
    """Fill ``columns`` with what is fine: (rows of it, rejects, end of the side buffer).

    ``spanned`` is (data, spans, types, column of the id's text), ``log`` (source, partitions,
    offsets). Rejects are rows (row, fault, its place or the position of the field at fault).
    """
    data, spans, types, id_column = spanned
    source, partitions, offsets = log
    rows = np.empty(len(types), np.int64)
    rejects = np.empty((len(types), 3), np.int64)
    count = bad = 0
    for row in range(len(types)):
        fault, guilty = faults[row, 0], faults[row, 1]
        if fault == v.FINE:
            _clear(columns, count)
            out = (columns, count)
            fault, guilty, side = _read_message((data, spans, types, row), program, out, side)
        if fault != v.FINE:
            rejects[bad, 0], rejects[bad, 1], rejects[bad, 2] = row, fault, guilty
            bad += 1
            continue
        if columns.ids[count, 0] == 0 and columns.ids[count, 1] == 0:
            place = (program.key, source, partitions, offsets)
            side = _name_by_place(data, (columns, count), place, row, id_column, side)
        rows[count] = row
        count += 1
    return rows[:count], rejects[:bad], side
