"""Values of a field in one key's history: the latest event of each, and the one before each event.

A value's row in the ``pairs`` table holds the absolute index of its latest event. Each event's
symbol word holds that row (upper half) and the distance back to the previous event of the same
value (lower half, 0 = none), and one bit says whether the event is the latest of its value. So the
distinct values of the newest events are a count of bits, and an older stretch needs only the events
newer than it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.features.kernel.bits import count_bits, read_bit, write_bit
from fraudstream.features.kernel.layout import (
    K_FIRST,
    K_LENGTH,
    K_SHIFT,
    OPTIONS,
    S_BIT,
    S_COLUMN,
    ring_of,
)
from fraudstream.features.kernel.words import join
from fraudstream.tables import kernel as table

__all__ = [
    "ABSENT",
    "count_distinct",
    "find_pair",
    "forget",
    "is_seen",
    "link",
    "shift_links",
    "unlink",
]

ABSENT = -1
_LATEST = 2
_LOW = 0xFFFFFFFF


@njit(**OPTIONS)
def find_pair(memory, key, low, high, symbol):
    """Row of the value with that hash in a key's history, or -1."""
    pair_low, pair_high = join(key[0], low, symbol), join(key[1], high, symbol)
    return table.find(memory.pairs_index, memory.pairs, pair_low, pair_high)


@njit(**OPTIONS)
def _address(key, column, absolute):
    base, cap, _ = ring_of(key)
    return base + column * cap + (absolute & (cap - 1))


@njit(**OPTIONS)
def _previous(memory, key, column, absolute):
    """Absolute index of the event before ``absolute`` with the same value, -1 if none is held."""
    distance = memory.arena[_address(key, column, absolute)] & _LOW
    if distance == 0 or absolute - distance < key[K_FIRST]:
        return np.int64(-1)
    return absolute - distance


@njit(**OPTIONS)
def _mark_latest(program, memory, key, bit, absolute, value):
    slot = absolute & ((np.int64(1) << key[K_SHIFT]) - 1)
    write_bit(program, memory, key, bit, slot, np.int64(value))


@njit(**OPTIONS)
def link(program, memory, key, symbol, low, high, at):
    """Enter the value (its hash) of the event at absolute index ``at``, which stands already."""
    column, bit = program.symbols[symbol, S_COLUMN], program.symbols[symbol, S_BIT]
    row = find_pair(memory, key, low, high, symbol)
    following, previous = np.int64(-1), np.int64(-1)
    if row < 0:
        pair_low, pair_high = join(key[0], low, symbol), join(key[1], high, symbol)
        row = table.insert(
            memory.pairs_index, memory.pairs, memory.pairs_counts, pair_low, pair_high
        )
    else:
        previous = memory.pairs[row, _LATEST]
        while previous > at:
            following = previous
            previous = _previous(memory, key, column, previous)
    distance = at - previous if previous >= 0 else np.int64(0)
    memory.arena[_address(key, column, at)] = (row << 32) | distance
    if following >= 0:
        memory.arena[_address(key, column, following)] = (row << 32) | (following - at)
        return
    if previous >= 0:
        _mark_latest(program, memory, key, bit, previous, 0)
    _mark_latest(program, memory, key, bit, at, 1)
    memory.pairs[row, _LATEST] = at


@njit(**OPTIONS)
def unlink(program, memory, key, symbol, at):
    """Take the value of the event at absolute index ``at`` out; the event itself still stands."""
    column, bit = program.symbols[symbol, S_COLUMN], program.symbols[symbol, S_BIT]
    word = memory.arena[_address(key, column, at)]
    if word == ABSENT:
        return
    row = word >> 32
    previous = _previous(memory, key, column, at)
    following, newer = np.int64(-1), memory.pairs[row, _LATEST]
    while newer > at:
        following = newer
        newer = _previous(memory, key, column, newer)
    if following >= 0:
        distance = following - previous if previous >= 0 else np.int64(0)
        memory.arena[_address(key, column, following)] = (row << 32) | distance
        return
    _mark_latest(program, memory, key, bit, at, 0)
    if previous >= 0:
        _mark_latest(program, memory, key, bit, previous, 1)
        memory.pairs[row, _LATEST] = previous
    else:
        table.remove(memory.pairs_index, memory.pairs, memory.pairs_counts, row)


@njit(**OPTIONS)
def forget(program, memory, key, symbol):
    """Let go of the value of the oldest event, which is about to leave.

    A later event of the same value keeps its distance: it reaches past what is held, which reads
    as none.
    """
    word = memory.arena[_address(key, program.symbols[symbol, S_COLUMN], key[K_FIRST])]
    if word != ABSENT and memory.pairs[word >> 32, _LATEST] == key[K_FIRST]:
        table.remove(memory.pairs_index, memory.pairs, memory.pairs_counts, word >> 32)


@njit(**OPTIONS)
def shift_links(program, memory, key, symbol, at, by):
    """Renumber after the events from absolute index ``at`` on moved ``by`` (+1 or -1).

    They stand at their new places already; ``at`` is the new index of the first that moved.
    """
    column, bit = program.symbols[symbol, S_COLUMN], program.symbols[symbol, S_BIT]
    _, cap, oldest = ring_of(key)
    for absolute in range(at, oldest + key[K_LENGTH]):
        address = _address(key, column, absolute)
        word = memory.arena[address]
        if word == ABSENT:
            continue
        distance = word & _LOW
        if distance and absolute - by - distance < at - by:
            memory.arena[address] = word + by
        if read_bit(program, memory, key, bit, absolute & (cap - 1)):
            memory.pairs[word >> 32, _LATEST] += by


@njit(**OPTIONS)
def count_distinct(program, memory, key, symbol, low, high):
    """Distinct values among the events [low, high) of a key."""
    if low >= high:
        return np.int64(0)
    length, oldest = key[K_LENGTH], key[K_FIRST]
    total = count_bits(program, memory, key, program.symbols[symbol, S_BIT], low, length)
    for i in range(high, length):
        word = memory.arena[_address(key, program.symbols[symbol, S_COLUMN], oldest + i)]
        if word != ABSENT:
            distance = word & _LOW
            if distance == 0 or i - distance < low:
                total -= 1
    return total


@njit(**OPTIONS)
def is_seen(program, memory, key, symbol, row, low, high):
    """Whether the value of a ``pairs`` row occurs among the events [low, high) of a key."""
    absolute = memory.pairs[row, _LATEST]
    while absolute >= key[K_FIRST] + high:
        absolute = _previous(memory, key, program.symbols[symbol, S_COLUMN], absolute)
    return absolute >= key[K_FIRST] + low
