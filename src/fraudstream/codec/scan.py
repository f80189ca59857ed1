"""A strict JSON scanner: one pass over each message that notes where the declared fields lie.

It accepts what RFC 8259 accepts and nothing else, with three bounds of its own: a message is an
object, no text in it contains a lone surrogate, and nothing is nested deeper than
:data:`MAX_DEPTH`. ``NaN`` and infinities are noted at amounts and numbers (so that the reject can
say what is wrong) and are malformed anywhere else. A declared key, and an object on the way to
one, may stand only once; keys that nobody asked for are checked for form and passed over.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.codec.lookup import UNKNOWN, find_name
from fraudstream.codec.strings import is_utf8, read_string
from fraudstream.codec.values import (
    ABSENT,
    ARRAY,
    DECIMAL,
    FALSE,
    FINE,
    INTEGER,
    NONFINITE,
    NOT_JSON,
    NOT_OBJECT,
    NOT_UTF8,
    NULL,
    OBJECT,
    REPEATED,
    STRING,
    TOO_DEEP,
    TOO_LARGE,
    TRUE,
)
from fraudstream.codec.words import I64, OPTIONS, U8, copy_bytes, first_bytes

__all__ = ["MAX_DEPTH", "entry_of", "gather", "scan"]

MAX_DEPTH = 64
"""Objects and arrays inside one another."""

_COMMA, _COLON, _QUOTE, _MINUS, _POINT, _ZERO, _NINE = (np.uint8(ord(c)) for c in ',:"-.09')
_OPEN, _CLOSE, _OPEN_ARRAY, _CLOSE_ARRAY = (np.uint8(ord(c)) for c in "{}[]")
_SPACE, _TAB, _LINE, _RETURN = (np.uint8(ord(c)) for c in " \t\n\r")
_PLUS, _E, _SMALL_E = (np.uint8(ord(c)) for c in "+Ee")


def _word(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(text.encode(), "little"))


_NULL, _TRUE, _FALSE, _NAN = _word("null"), _word("true"), _word("false"), _word("NaN")
_INFINITY = _word("Infinity")

# What the scanner is about to read.
_VALUE, _KEY, _AFTER = range(3)
_IN_ARRAY = -2
_NOWHERE = -1


def entry_of(number: int, slot: int, child: int, may_be_nonfinite: bool) -> int:
    """What the table of names says of a key: its number, its span's column, the space of its keys.

    ``slot`` and ``child`` are -1 where the key is no field or leads to none.
    """
    return number | (slot + 1) << 16 | (child + 1) << 32 | int(may_be_nonfinite) << 48


@njit(**OPTIONS)
def gather(data: U8, starts: I64, ends: I64, work: U8) -> I64:
    """Copy messages to ``work``, a 0 byte after each; the (start, end) of each there."""
    bounds = np.empty((len(starts), 2), np.int64)
    at = 0
    for i in range(len(starts)):
        bounds[i, 0] = at
        at = copy_bytes(data, starts[i], ends[i], work, at)
        bounds[i, 1] = at
        work[at] = 0
        at += 1
    return bounds


@njit(**OPTIONS)
def _skip_space(data: U8, at: int) -> int:
    while data[at] <= _SPACE and (
        data[at] == _SPACE or data[at] == _LINE or data[at] == _RETURN or data[at] == _TAB
    ):
        at += 1
    return at


@njit(**OPTIONS)
def _skip_digits(data: U8, at: int) -> int:
    while _ZERO <= data[at] <= _NINE:
        at += 1
    return at


@njit(**OPTIONS)
def _read_number(data: U8, at: int) -> tuple[int, int]:
    """(place after the number, its type); the type is ``ABSENT`` if it is none."""
    if data[at] == _MINUS:
        at += 1
        if first_bytes(data, at, 8) == _INFINITY:
            return at + 8, NONFINITE
    if data[at] == _ZERO:
        at += 1
    else:
        stop = _skip_digits(data, at)
        if stop == at:
            return at, ABSENT
        at = stop
    kind = INTEGER
    if data[at] == _POINT:
        kind = DECIMAL
        stop = _skip_digits(data, at + 1)
        if stop == at + 1:
            return stop, ABSENT
        at = stop
    if data[at] == _E or data[at] == _SMALL_E:
        kind = DECIMAL
        at += 1
        if data[at] == _MINUS or data[at] == _PLUS:
            at += 1
        stop = _skip_digits(data, at)
        if stop == at:
            return at, ABSENT
        at = stop
    return at, kind


@njit(**OPTIONS)
def _read_word(data: U8, at: int) -> tuple[int, int]:
    """(place after the word, its type), as ``_read_number``."""
    four = first_bytes(data, at, 4)
    if four == _NULL:
        return at + 4, NULL
    if four == _TRUE:
        return at + 4, TRUE
    if first_bytes(data, at, 5) == _FALSE:
        return at + 5, FALSE
    if first_bytes(data, at, 3) == _NAN:
        return at + 3, NONFINITE
    if first_bytes(data, at, 8) == _INFINITY:
        return at + 8, NONFINITE
    return at, ABSENT


@njit(**OPTIONS)
def scan_message(data, bounds, names, row, spans, types, seen, stack, side):  # type: ignore[no-untyped-def]
    """Scan message ``row``: (fault, place or key's number, end of the side buffer).

    One function though it is long: a state machine whose state lives in registers. ``stack`` holds
    the space of keys of each open container (``_IN_ARRAY``, ``UNKNOWN``: nothing in it is asked
    for) and the column of its span.
    """
    start, end = bounds[row, 0], bounds[row, 1]
    repeated = -1
    depth, slot, child, may_be_nonfinite = 0, -1, 0, False
    at = _skip_space(data, start)
    if data[at] != _OPEN:
        return NOT_OBJECT, at, side
    state = _VALUE
    while True:
        if state == _VALUE:
            byte = data[at]
            if byte == _OPEN or byte == _OPEN_ARRAY:
                if depth == MAX_DEPTH:
                    return TOO_DEEP, at, side
                is_object = byte == _OPEN
                stack[depth, 0] = child if is_object else _IN_ARRAY
                stack[depth, 1] = slot
                depth += 1
                if slot >= 0:
                    spans[row, slot, 0] = at
                    types[row, slot] = OBJECT if is_object else ARRAY
                slot, child, may_be_nonfinite = -1, -1, False
                at = _skip_space(data, at + 1)
                if data[at] == (_CLOSE if is_object else _CLOSE_ARRAY):
                    state = _AFTER
                elif is_object:
                    state = _KEY
                continue
            first = at
            if byte == _QUOTE:
                after, first, last, fault = read_string(data, at, side)
                if fault != FINE:
                    return fault, after, side
                kind = STRING
                if slot >= 0 and first == side:
                    side = last
            else:
                if byte == _MINUS or _ZERO <= byte <= _NINE:
                    after, kind = _read_number(data, at)
                else:
                    after, kind = _read_word(data, at)
                if kind == ABSENT or (kind == NONFINITE and not may_be_nonfinite):
                    return NOT_JSON, after, side
                last = after
            if slot >= 0:
                spans[row, slot, 0] = first
                spans[row, slot, 1] = last
                types[row, slot] = kind
            at = _skip_space(data, after)
            state = _AFTER
        elif state == _KEY:
            if data[at] != _QUOTE:
                return NOT_JSON, at, side
            after, first, last, fault = read_string(data, at, side)
            if fault != FINE:
                return fault, after, side
            slot, child, may_be_nonfinite = -1, -1, False
            space = stack[depth - 1, 0]
            if space >= 0:
                entry = find_name(names, space, data, first, last)
                if entry != UNKNOWN:
                    number = entry & 0xFFFF
                    if seen[number] == row:
                        repeated = number if repeated < 0 else repeated
                    seen[number] = row
                    slot = ((entry >> 16) & 0xFFFF) - 1
                    child = ((entry >> 32) & 0xFFFF) - 1
                    may_be_nonfinite = (entry >> 48) != 0
            at = _skip_space(data, after)
            if data[at] != _COLON:
                return NOT_JSON, at, side
            at = _skip_space(data, at + 1)
            state = _VALUE
        else:
            if depth == 0:
                break
            space = stack[depth - 1, 0]
            byte = data[at]
            if byte == _COMMA:
                at = _skip_space(data, at + 1)
                if space != _IN_ARRAY:
                    state = _KEY
                else:
                    slot, child, may_be_nonfinite = -1, -1, False
                    state = _VALUE
            elif byte == (_CLOSE_ARRAY if space == _IN_ARRAY else _CLOSE):
                depth -= 1
                if stack[depth, 1] >= 0:
                    spans[row, stack[depth, 1], 1] = at + 1
                at = _skip_space(data, at + 1)
            else:
                return NOT_JSON, at, side
    if at != end:
        return NOT_JSON, at, side
    if repeated >= 0:
        return REPEATED, repeated, side
    return FINE, 0, side


@njit(**OPTIONS)
def scan(data, bounds, names, sizes, spans, types, faults, side):  # type: ignore[no-untyped-def]
    """Scan all messages; the end of the side buffer.

    ``sizes`` are the greatest size of a message and the number of keys. ``spans`` (n, slots, 2) and
    ``types`` (n, slots; ``ABSENT`` before) take what was found, ``faults`` (n, 2) what is wrong and
    where. A message that is not UTF-8 is that before it is anything else.
    """
    seen = np.full(sizes[1], _NOWHERE, np.int64)
    stack = np.empty((MAX_DEPTH, 2), np.int64)
    for row in range(len(bounds)):
        start, end = bounds[row, 0], bounds[row, 1]
        if end - start > sizes[0]:
            faults[row, 0] = TOO_LARGE
            continue
        fault, place, side = scan_message(data, bounds, names, row, spans, types, seen, stack, side)
        if fault != FINE and fault != REPEATED:
            place -= start
            if not is_utf8(data, start, end):
                fault = NOT_UTF8
        faults[row, 0] = fault
        faults[row, 1] = place
    return side
