"""What a field's value means, by its type: from its span to the cell of its message.

Every reader is given the message's bytes, the preset's table, the place of the field's row in it,
the spans of the message and the cell.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.codec import program as p
from fraudstream.codec import values as v
from fraudstream.codec.decimals import LARGEST, read_scaled, rounded
from fraudstream.codec.lookup import UNKNOWN
from fraudstream.codec.money import DECIMALS, INDEX, convert, find_currency, read_money
from fraudstream.codec.texts import look_up, mix, read_text
from fraudstream.codec.times import NO_OFFSET, read_iso, read_pattern, read_unix
from fraudstream.codec.words import OPTIONS, put_word, word_at
from fraudstream.codec.zones import SKIPPED, to_utc
from fraudstream.events import MISSING

__all__ = ["read_field"]


@njit(**OPTIONS)
def read_field(data, table, field, spans, cell):  # type: ignore[no-untyped-def]
    """Read one field that is there: (fault, word for the hash of the contents)."""
    style, slot = word_at(table, field + p.F_TYPE), word_at(table, field + p.F_SLOT)
    kind, start, end = (
        word_at(spans, 3 * slot + v.TYPE),
        word_at(spans, 3 * slot + v.START),
        word_at(spans, 3 * slot + v.END),
    )
    if style <= p.IS_COUNTRY:
        if kind != v.STRING and kind != v.INTEGER:
            return v.WRONG_TYPE, np.uint64(0)
        return read_text(data, table, field, (start, end), cell)
    if style == p.IS_MONEY:
        fault = _read_amount(data, table, field, spans, cell)
        return fault, mix(
            np.uint64(word_at(cell, p.C_AMOUNT)), np.uint64(word_at(cell, p.C_CURRENCY))
        )
    if style == p.IS_TIME:
        fault, value = _read_time(data, table, field, (kind, start, end))
        put_word(cell, _time_place(table, field), value)
    elif style == p.IS_NUMBER:
        fault, value = _read_number(data, (kind, start, end), word_at(table, field + p.F_DECIMALS))
        put_word(cell, word_at(table, field + p.F_NUMBER), value)
    elif style == p.IS_BOOLEAN:
        fault, value = _read_truth(data, table, field, (kind, start, end))
        if word_at(table, field + p.F_ROLE) == p.IS_FRAUD:
            put_word(cell, p.C_FRAUD, value)
    else:
        fault, value = _read_kind(data, table, (kind, start, end))
        put_word(cell, p.C_KIND, value)
    return fault, np.uint64(value)


@njit(**OPTIONS)
def _is_digits(kind: int) -> bool:
    return kind == v.INTEGER or kind == v.STRING or kind == v.DECIMAL


@njit(**OPTIONS)
def _read_number(data, span, decimals):  # type: ignore[no-untyped-def]
    """(fault, scaled integer)."""
    kind, start, end = span
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
def _read_amount(data, table, field, spans, cell):  # type: ignore[no-untyped-def]
    """The fault of an amount or, noted as the guilty one, of its currency.

    Without an event time there is no rate, so a label's foreign amount stays without a base amount.
    """
    slot = word_at(table, field + p.F_SLOT)
    if not _is_digits(word_at(spans, 3 * slot + v.TYPE)):
        return v.NOT_FINITE if word_at(spans, 3 * slot + v.TYPE) == v.NONFINITE else v.WRONG_TYPE
    fault, currency = _find_currency(data, table, field, spans)
    if fault != v.FINE:
        put_word(cell, p.C_GUILTY, word_at(table, field + p.F_CURRENCY))
        return fault
    start, end, may_round = (
        word_at(spans, 3 * slot + v.START),
        word_at(spans, 3 * slot + v.END),
        word_at(table, field + p.F_ROUND) != 0,
    )
    fault, amount = read_money(data, start, end, word_at(table, currency + DECIMALS), may_round)
    if fault != v.FINE:
        return fault
    fault, base = convert(amount, word_at(cell, p.C_EVENT_TIME), table, currency)
    if fault == v.NO_RATE:
        if word_at(cell, p.C_EVENT_TIME) != MISSING:
            put_word(cell, p.C_GUILTY, word_at(table, field + p.F_CURRENCY))
            return fault
        fault, base = v.FINE, MISSING
    put_word(cell, p.C_AMOUNT, amount)
    put_word(cell, p.C_CURRENCY, word_at(table, currency + INDEX))
    put_word(cell, word_at(table, field + p.F_NUMBER), base)
    return fault


@njit(**OPTIONS)
def _find_currency(data: int, table: int, field: int, spans: int) -> tuple[int, int]:
    """(fault, place of the currency that an amount is in)."""
    other = word_at(table, field + p.F_CURRENCY)
    if other < 0:
        return v.FINE, word_at(table, p.H_BASE)
    slot = word_at(table, other + p.F_SLOT)
    kind = word_at(spans, 3 * slot + v.TYPE)
    if kind != v.STRING:
        return (v.MISSING_FIELD if kind <= v.NULL else v.WRONG_TYPE), 0
    start, end = word_at(spans, 3 * slot + v.START), word_at(spans, 3 * slot + v.END)
    place = find_currency(data, start, end, table, word_at(table, p.H_CURRENCIES))
    return (v.UNKNOWN_CURRENCY if place < 0 else v.FINE), place


@njit(**OPTIONS)
def _time_place(table: int, field: int) -> int:
    """Where in the cell a time goes."""
    role = word_at(table, field + p.F_ROLE)
    if role == p.IS_EVENT_TIME:
        return p.C_EVENT_TIME
    return p.C_KNOWN_AT if role == p.IS_KNOWN_AT else word_at(table, field + p.F_NUMBER)


@njit(**OPTIONS)
def _read_time(data, table, field, span):  # type: ignore[no-untyped-def]
    """(fault, UTC ms)."""
    kind, start, end = span
    fault, time, offset = v.FINE, start, 0
    if kind == v.LOCAL_MS:
        offset = NO_OFFSET
    elif kind != v.UTC_MS:
        if not _is_digits(kind) or (
            kind != v.STRING and word_at(table, field + p.F_FORMAT) == p.ISO
        ):
            return v.WRONG_TYPE, 0
        fault, time, offset = _read_written_time(data, table, field, (start, end))
        if fault != v.FINE:
            return fault, 0
    if offset == NO_OFFSET:
        time = to_utc(
            time, table, word_at(table, field + p.F_ZONE), word_at(table, field + p.F_ZONE_END)
        )
        if time == SKIPPED:
            return v.SKIPPED_TIME, 0
    else:
        time -= offset
    if time < word_at(table, field + p.F_EARLIEST):
        return v.TOO_OLD, 0
    return (v.TOO_NEW if time >= p.LATEST else v.FINE), time


@njit(**OPTIONS)
def _read_written_time(data, table, field, span):  # type: ignore[no-untyped-def]
    """(fault, ms as written, distance from UTC) of a time that is text or number."""
    start, end = span
    style = word_at(table, field + p.F_FORMAT)
    if style == p.ISO:
        return read_iso(data, start, end)
    if style == p.PATTERN:
        ops = (word_at(table, field + p.F_OPS), word_at(table, field + p.F_OPS_END))
        return read_pattern(data, start, end, table, ops)
    decimals = 3 if style == p.UNIX else 0 if style == p.UNIX_MS else -3
    fault, time = read_unix(data, start, end, decimals)
    return fault, time, 0


@njit(**OPTIONS)
def _read_truth(data, table, field, span):  # type: ignore[no-untyped-def]
    """(fault, 1 or 0); of a label, every text that does not mean fraud means none."""
    kind, start, end = span
    if kind == v.TRUE or kind == v.FALSE:
        return v.FINE, 1 if kind == v.TRUE else 0
    if kind != v.STRING and kind != v.INTEGER:
        return v.WRONG_TYPE, 0
    truth = look_up(data, start, end, table, word_at(table, field + p.F_SPACE))
    if truth == UNKNOWN:
        return (v.FINE if word_at(table, field + p.F_ROLE) == p.IS_FRAUD else v.WRONG_TYPE), 0
    return v.FINE, truth


@njit(**OPTIONS)
def _read_kind(data, table, span):  # type: ignore[no-untyped-def]
    """(fault, kind of event)."""
    kind, start, end = span
    if kind != v.STRING:
        return v.WRONG_TYPE, 0
    found = look_up(data, start, end, table, p.KINDS)
    return (v.UNKNOWN_KIND, 0) if found == UNKNOWN else (v.FINE, found)
