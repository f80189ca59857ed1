"""From spans to the columns of an event batch, once for all formats.

The first problem decides what a message is rejected for. Fields are read in the preset's order, but
the kind first and the event time second; after them comes the question whether a profile names
anything.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fraudstream.codec import program as p
from fraudstream.codec import values as v
from fraudstream.codec.reading import read_field
from fraudstream.codec.siphash import siphash
from fraudstream.codec.texts import mix, put_place
from fraudstream.codec.words import I64, OPTIONS, U64, address_of, put_word, word_at
from fraudstream.events import MISSING, NO_TIMESTAMP, Kind
from fraudstream.events.places import MOST_PARTITIONS, PARTITION_BITS

__all__ = ["Columns", "normalise"]

_TRANSACTION, _PROFILE = int(Kind.TRANSACTION), int(Kind.PROFILE)
_NOBODY = -1


class Columns(NamedTuple):
    """The arrays of an :class:`~fraudstream.events.EventBatch` while they are filled."""

    kinds: NDArray[np.uint8]
    frauds: NDArray[np.int8]
    event_times: I64
    arrivals: I64
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

    def first(self, count: int) -> Columns:
        """The first rows of every column."""
        if count == len(self.kinds):
            return self
        sliced: list[Any] = [column[:count] for column in self]
        return Columns(*sliced)


@njit(**OPTIONS)
def _clear(table: int, cell: int) -> None:
    """Everything absent, as the table has it."""
    absent = word_at(table, p.H_ABSENT)
    for k in range(p.C_KIND, word_at(table, p.H_CELL)):
        put_word(cell, k, word_at(table, absent + k))


@njit(**OPTIONS)
def _names_entity(table: int, cell: int) -> bool:
    """Whether the whole key of some entity is there."""
    width = word_at(table, p.H_ENTITY_WIDTH)
    for entity in range(word_at(table, p.H_ENTITIES), word_at(table, p.H_ENTITIES_END), width):
        is_whole = True
        for k in range(entity, entity + width):
            is_whole = is_whole and (
                word_at(cell, word_at(table, k)) != 0 or word_at(cell, word_at(table, k) + 1) != 0
            )
        if is_whole:
            return True
    return False


@njit(**OPTIONS)
def _read_message(data, table, spans, cell):  # type: ignore[no-untyped-def]
    """Read one message's fields into its cell; the fault, of the field noted as the guilty one."""
    contents = np.uint64(0)
    for field in range(word_at(table, p.H_FIELDS), word_at(table, p.H_FIELDS_END), p.F_WIDTH):
        put_word(cell, p.C_GUILTY, field)
        if word_at(spans, 3 * word_at(table, field + p.F_SLOT) + v.TYPE) <= v.NULL:
            if (word_at(table, field + p.F_REQUIRED) >> word_at(cell, p.C_KIND)) & 1:
                return v.MISSING_FIELD
            continue
        fault, word = read_field(data, table, field, spans, cell)
        if fault != v.FINE:
            return fault
        contents = mix(contents ^ np.uint64(field), word)
    put_word(cell, p.C_CONTENTS, np.int64(contents))
    if word_at(cell, p.C_KIND) == _PROFILE and not _names_entity(table, cell):
        return v.NO_ENTITY
    return v.FINE


@njit(**OPTIONS)
def _name_by_place(data, table, cell, log):  # type: ignore[no-untyped-def]
    """Make the place in the log the id."""
    source, partition, offset = log
    start = word_at(cell, p.C_SIDE)
    end = put_place(data, start, source, partition & (MOST_PARTITIONS - 1), offset)
    low, high = siphash(table, data, start, end)
    put_word(cell, p.C_ID, np.int64(low))
    put_word(cell, p.C_ID_2, np.int64(high))
    if word_at(table, p.H_ID_TEXT) >= 0:
        put_word(cell, word_at(table, p.H_ID_TEXT), start)
        put_word(cell, word_at(table, p.H_ID_TEXT) + 1, end)
    put_word(cell, p.C_SIDE, end)


@njit(**OPTIONS)
def _arrival(table: int, cell: int, stamp: int) -> int:
    """The declared arrival field, else the log's own time, else ``MISSING``."""
    place = word_at(table, p.H_ARRIVAL)
    if place >= 0 and word_at(cell, place) != MISSING:
        return word_at(cell, place)
    return MISSING if stamp == NO_TIMESTAMP else stamp


@njit(**OPTIONS)
def normalise(work, spans, faults, program, columns, log, memory):  # type: ignore[no-untyped-def]
    """Fill ``columns`` with what is fine: (its messages, rejects).

    ``log`` is (source, its topics' bounds, partitions, offsets, timestamps), ``memory`` the cell
    with the end of the side buffer in it. Rejects are rows (message, fault, its place or the number
    of what is at fault). One function, though it is long: the arrays to fill are in no other
    function's hands.
    """
    kinds, frauds, event_times, arrivals, known_ats, amounts, currencies = columns[:7]
    ids, contents, hashes, numbers, codes, starts, ends = columns[7:]
    name, topics, partitions, offsets, stamps = log
    names = address_of(name)
    data, table, found = address_of(work), address_of(program), address_of(spans)
    cell = address_of(memory)
    rows = np.empty(len(spans), np.int64)
    rejects = np.empty((len(spans), 3), np.int64)
    count = bad = 0
    for row in range(len(spans)):
        fault, guilty = faults[row, 0], faults[row, 1]
        if fault == v.FINE:
            _clear(table, cell)
            fault = _read_message(data, table, found + 24 * spans.shape[1] * row, cell)
            guilty = (word_at(cell, p.C_GUILTY) - p.HEADER) // p.F_WIDTH
        if fault != v.FINE:
            rejects[bad, 0], rejects[bad, 1], rejects[bad, 2] = row, fault, guilty
            bad += 1
            continue
        if word_at(cell, p.C_ID) == 0 and word_at(cell, p.C_ID_2) == 0:
            number = np.int64(partitions[row])
            topic = number >> PARTITION_BITS
            source = names + topics[topic, 0], topics[topic, 1] - topics[topic, 0]
            _name_by_place(data, table, cell, (source, number, offsets[row]))
        rows[count] = row
        kinds[count] = word_at(cell, p.C_KIND)
        frauds[count] = word_at(cell, p.C_FRAUD)
        event_times[count] = word_at(cell, p.C_EVENT_TIME)
        arrivals[count] = _arrival(table, cell, stamps[row])
        known_ats[count] = word_at(cell, p.C_KNOWN_AT)
        amounts[count] = word_at(cell, p.C_AMOUNT)
        currencies[count] = word_at(cell, p.C_CURRENCY)
        ids[count, 0], ids[count, 1] = (
            np.uint64(word_at(cell, p.C_ID)),
            np.uint64(word_at(cell, p.C_ID_2)),
        )
        contents[count] = np.uint64(word_at(cell, p.C_CONTENTS))
        at = p.C_VALUES
        for k in range(hashes.shape[1]):
            hashes[count, k, 0], hashes[count, k, 1] = (
                np.uint64(word_at(cell, at)),
                np.uint64(word_at(cell, at + 1)),
            )
            at += 2
        for k in range(numbers.shape[1]):
            numbers[count, k] = word_at(cell, at)
            at += 1
        for k in range(codes.shape[1]):
            codes[count, k] = word_at(cell, at)
            at += 1
        for k in range(starts.shape[1]):
            starts[count, k], ends[count, k] = word_at(cell, at), word_at(cell, at + 1)
            at += 2
        count += 1
    return rows[:count], rejects[:bad]
