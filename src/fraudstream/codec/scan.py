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

from fraudstream.codec import program as p
from fraudstream.codec.lookup import UNKNOWN, find_name
from fraudstream.codec.strings import is_utf8, read_string
from fraudstream.codec.values import (
    ABSENT,
    ARRAY,
    DECIMAL,
    END,
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
    START,
    STRING,
    TOO_DEEP,
    TOO_LARGE,
    TRUE,
    TYPE,
)
from fraudstream.codec.words import (
    I64,
    OPTIONS,
    U8,
    address_of,
    byte_at,
    copy_bytes,
    first_bytes,
    put_byte,
    put_word,
    word_at,
)

__all__ = ["MAX_DEPTH", "gather", "scan", "total_length"]

MAX_DEPTH = 64
"""Objects and arrays inside one another."""

_COMMA, _COLON, _QUOTE, _MINUS, _POINT, _ZERO, _NINE = (ord(c) for c in ',:"-.09')
_OPEN, _CLOSE, _OPEN_ARRAY, _CLOSE_ARRAY = (ord(c) for c in "{}[]")
_SPACE, _TAB, _LINE, _RETURN = (ord(c) for c in " \t\n\r")
_PLUS, _E, _SMALL_E = (ord(c) for c in "+Ee")


def _word(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(text.encode(), "little"))


_NULL, _TRUE, _FALSE, _NAN = _word("null"), _word("true"), _word("false"), _word("NaN")
_INFINITY = _word("Infinity")

# What the scanner is about to read.
_VALUE, _KEY, _AFTER = range(3)
_IN_ARRAY = -2
_NOWHERE = -1


@njit(**OPTIONS)
def total_length(starts: I64, ends: I64) -> int:
    """Bytes of all messages together."""
    total = 0
    for i in range(len(starts)):
        total += ends[i] - starts[i]
    return total


@njit(**OPTIONS)
def gather(messages: U8, starts: I64, ends: I64, work: U8) -> I64:
    """Copy messages to ``work``, a 0 byte after each; the (start, end) of each there."""
    source, target = address_of(messages), address_of(work)
    bounds = np.empty((len(starts), 2), np.int64)
    at = 0
    for i in range(len(starts)):
        bounds[i, 0] = at
        at = copy_bytes(source, starts[i], ends[i], target, at)
        bounds[i, 1] = at
        put_byte(target, at, 0)
        at += 1
    return bounds


@njit(**OPTIONS)
def _skip_space(data: int, at: int) -> int:
    while byte_at(data, at) <= _SPACE and (
        byte_at(data, at) == _SPACE
        or byte_at(data, at) == _LINE
        or byte_at(data, at) == _RETURN
        or byte_at(data, at) == _TAB
    ):
        at += 1
    return at


@njit(**OPTIONS)
def _skip_digits(data: int, at: int) -> int:
    while _ZERO <= byte_at(data, at) <= _NINE:
        at += 1
    return at


@njit(**OPTIONS)
def _read_number(data: int, at: int) -> tuple[int, int]:
    """(place after the number, its type); the type is ``ABSENT`` if it is none."""
    if byte_at(data, at) == _MINUS:
        at += 1
        if first_bytes(data, at, 8) == _INFINITY:
            return at + 8, NONFINITE
    if byte_at(data, at) == _ZERO:
        at += 1
    else:
        stop = _skip_digits(data, at)
        if stop == at:
            return at, ABSENT
        at = stop
    kind = INTEGER
    if byte_at(data, at) == _POINT:
        kind = DECIMAL
        stop = _skip_digits(data, at + 1)
        if stop == at + 1:
            return stop, ABSENT
        at = stop
    if byte_at(data, at) == _E or byte_at(data, at) == _SMALL_E:
        kind = DECIMAL
        at += 1
        if byte_at(data, at) == _MINUS or byte_at(data, at) == _PLUS:
            at += 1
        stop = _skip_digits(data, at)
        if stop == at:
            return at, ABSENT
        at = stop
    return at, kind


@njit(**OPTIONS)
def _read_word(data: int, at: int) -> tuple[int, int]:
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
def _scan_message(data, span, row, table, spans, memory, side):  # type: ignore[no-untyped-def]
    """Scan message ``row``: (fault, place or key's number, end of the side buffer).

    One function though it is long: a state machine whose state lives in registers. ``stack`` holds
    the space of keys of each open container (``_IN_ARRAY``, ``UNKNOWN``: nothing in it is asked
    for) and the column of its span.
    """
    start, end = span
    seen, stack = memory
    names, mask = word_at(table, p.H_NAMES), word_at(table, p.H_NAMES_MASK)
    repeated = -1
    depth, slot, child, may_be_nonfinite = 0, -1, 0, False
    at = _skip_space(data, start)
    if byte_at(data, at) != _OPEN:
        return NOT_OBJECT, at, side
    state = _VALUE
    while True:
        if state == _VALUE:
            byte = byte_at(data, at)
            if byte in (_OPEN, _OPEN_ARRAY):
                if depth == MAX_DEPTH:
                    return TOO_DEEP, at, side
                is_object = byte == _OPEN
                put_word(stack, 2 * depth, child if is_object else _IN_ARRAY)
                put_word(stack, 2 * depth + 1, slot)
                depth += 1
                if slot >= 0:
                    put_word(spans, 3 * slot + TYPE, OBJECT if is_object else ARRAY)
                    put_word(spans, 3 * slot + START, at)
                slot, child, may_be_nonfinite = -1, -1, False
                at = _skip_space(data, at + 1)
                if byte_at(data, at) == (_CLOSE if is_object else _CLOSE_ARRAY):
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
                put_word(spans, 3 * slot + TYPE, kind)
                put_word(spans, 3 * slot + START, first)
                put_word(spans, 3 * slot + END, last)
            at = _skip_space(data, after)
            state = _AFTER
        elif state == _KEY:
            if byte_at(data, at) != _QUOTE:
                return NOT_JSON, at, side
            after, first, last, fault = read_string(data, at, side)
            if fault != FINE:
                return fault, after, side
            slot, child, may_be_nonfinite = -1, -1, False
            space = word_at(stack, 2 * depth - 2)
            if space >= 0:
                entry = find_name(data, first, last, table, (space, names, mask))
                if entry != UNKNOWN:
                    number = entry & 0xFFFF
                    if word_at(seen, number) == row:
                        repeated = number if repeated < 0 else repeated
                    put_word(seen, number, row)
                    slot = ((entry >> 16) & 0xFFFF) - 1
                    child = ((entry >> 32) & 0xFFFF) - 1
                    may_be_nonfinite = (entry >> 48) != 0
            at = _skip_space(data, after)
            if byte_at(data, at) != _COLON:
                return NOT_JSON, at, side
            at = _skip_space(data, at + 1)
            state = _VALUE
        else:
            if depth == 0:
                break
            space = word_at(stack, 2 * depth - 2)
            byte = byte_at(data, at)
            if byte == _COMMA:
                at = _skip_space(data, at + 1)
                if space != _IN_ARRAY:
                    state = _KEY
                else:
                    slot, child, may_be_nonfinite = -1, -1, False
                    state = _VALUE
            elif byte == (_CLOSE_ARRAY if space == _IN_ARRAY else _CLOSE):
                depth -= 1
                outer = word_at(stack, 2 * depth + 1)
                if outer >= 0:
                    put_word(spans, 3 * outer + END, at + 1)
                at = _skip_space(data, at + 1)
            else:
                return NOT_JSON, at, side
    if at != end:
        return NOT_JSON, at, side
    if repeated >= 0:
        return REPEATED, repeated, side
    return FINE, 0, side


@njit(**OPTIONS)
def scan(work, bounds, program, spans, faults, scratch):  # type: ignore[no-untyped-def]
    """Scan all messages; the end of the side buffer, which starts after them.

    ``spans`` (n, slots, 3) takes what was found, ``faults`` (n, 2) what is wrong and where. A
    message that is not UTF-8 is that before it is anything else. ``scratch`` are
    ``2 * MAX_DEPTH`` words and one for each key; the caller owns them, for an array that is only
    used by its address would be freed at once.
    """
    data, table, found = address_of(work), address_of(program), address_of(spans)
    scratch[:] = _NOWHERE
    memory = address_of(scratch) + 16 * MAX_DEPTH, address_of(scratch)
    words = 3 * spans.shape[1]
    side = bounds[-1, 1] + 1 if len(bounds) else 0
    for row in range(len(bounds)):
        start, end = bounds[row, 0], bounds[row, 1]
        for slot in range(spans.shape[1]):
            put_word(found, 3 * slot + TYPE, ABSENT)
        if end - start > program[p.H_MAX_BYTES]:
            fault, place = TOO_LARGE, start
        else:
            span = start, end
            fault, place, side = _scan_message(data, span, row, table, found, memory, side)
        if fault != FINE and fault != REPEATED and fault != TOO_LARGE:
            place -= start
            if not is_utf8(data, start, end):
                fault = NOT_UTF8
        faults[row, 0] = fault
        faults[row, 1] = place
        found += 8 * words
    return side
