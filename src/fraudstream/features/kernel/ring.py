"""The history of one key: events in order of time, equal times in order of arrival.

Prefix sums are exclusive: slot i holds the sum over the events before i, and one slot past the
newest event holds the sum over all. Sums are taken modulo 2**64 (squares: 2**128); differences are
exact.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.features.kernel.bits import read_bit, write_bit
from fraudstream.features.kernel.layout import (
    E_BITS,
    E_COLUMNS,
    E_MEASURE,
    E_MEASURES,
    E_SYMBOL,
    E_SYMBOLS,
    ID,
    K_BASE,
    K_ENTITY,
    K_FIRST,
    K_LENGTH,
    K_SHIFT,
    M_SQUARE,
    M_SUM,
    NO_REGION,
    OPTIONS,
    PLAIN,
    S_COLUMN,
    SMALLEST,
    ring_of,
)
from fraudstream.features.kernel.peaks import renew_peaks
from fraudstream.features.kernel.regions import has_room, move
from fraudstream.features.kernel.symbols import ABSENT, forget, shift_links, unlink
from fraudstream.features.kernel.words import square

__all__ = ["add_value", "evict", "find_event", "open_slot", "remove_event", "upper_bound"]


@njit(**PLAIN)
def upper_bound(arena, ring, high, time):
    """Number of events, at most ``high``, with event time <= ``time``; quickest near ``high``."""
    base, cap, oldest = ring
    mask = cap - 1
    step = np.int64(1)
    low = high - 1
    while low >= 0 and arena[base + ((oldest + low) & mask)] > time:
        high = low
        step <<= 1
        low = high - step
    low = max(low, np.int64(-1))
    while high - low > 1:
        middle = (low + high) >> 1
        if arena[base + ((oldest + middle) & mask)] <= time:
            low = middle
        else:
            high = middle
    return high


@njit(**OPTIONS)
def find_event(memory, key, time, identity):
    """Place of the event with that time and id, or -1."""
    base, cap, oldest = ring_of(key)
    if base == NO_REGION:
        return np.int64(-1)
    i = upper_bound(memory.arena, (base, cap, oldest), key[K_LENGTH], time) - 1
    while i >= 0:
        slot = (oldest + i) & (cap - 1)
        if memory.arena[base + slot] != time:
            break
        if memory.arena[base + ID * cap + slot] == identity:
            return i
        i -= 1
    return np.int64(-1)


@njit(**OPTIONS)
def _copy_columns(program, memory, key, source, target):
    base, cap, _ = ring_of(key)
    for column in range(program.entities[key[K_ENTITY], E_COLUMNS]):
        start = base + column * cap
        memory.arena[start + target] = memory.arena[start + source]


@njit(**OPTIONS)
def _copy_bits(program, memory, key, source, target):
    for bit in range(program.entities[key[K_ENTITY], E_BITS]):
        value = read_bit(program, memory, key, bit, source)
        write_bit(program, memory, key, bit, target, value)


@njit(**OPTIONS)
def _clear_bits(program, memory, key, slot):
    for bit in range(program.entities[key[K_ENTITY], E_BITS]):
        write_bit(program, memory, key, bit, slot, np.int64(0))


@njit(**OPTIONS)
def open_slot(program, memory, key, place, time, identity):
    """Make room at ``place``, moving newer events up; gives the slot, whose bits are zero.

    Its value in every sum is zero and its symbols are absent until they are set.
    """
    entity, length = key[K_ENTITY], key[K_LENGTH]
    if key[K_BASE] == NO_REGION:
        move(program, memory, key, np.int64(SMALLEST))
    elif length + 2 > (np.int64(1) << key[K_SHIFT]):
        move(program, memory, key, key[K_SHIFT] + 1)
    base, cap, oldest = ring_of(key)
    mask = cap - 1
    end = oldest + length
    _copy_columns(program, memory, key, end & mask, (end + 1) & mask)
    for i in range(end - 1, oldest + place - 1, -1):
        _copy_columns(program, memory, key, i & mask, (i + 1) & mask)
        _copy_bits(program, memory, key, i & mask, (i + 1) & mask)
    key[K_LENGTH] = length + 1
    slot = (oldest + place) & mask
    if place < length:
        _clear_bits(program, memory, key, slot)
    memory.arena[base + slot] = time
    memory.arena[base + ID * cap + slot] = identity
    first = program.entities[entity, E_SYMBOL]
    for symbol in range(first, first + program.entities[entity, E_SYMBOLS]):
        memory.arena[base + program.symbols[symbol, S_COLUMN] * cap + slot] = ABSENT
        if place < length:
            shift_links(program, memory, key, symbol, oldest + place + 1, np.int64(1))
    return slot


@njit(**OPTIONS)
def add_value(program, memory, key, measure, place, value, sign):
    """Enter ``value`` of the event at ``place`` into the sums after it; sign -1 takes it out."""
    base, cap, oldest = ring_of(key)
    sums = base + program.measures[measure, M_SUM] * cap
    begin, end = oldest + place + 1, oldest + key[K_LENGTH] + 1
    for i in range(begin, end):
        memory.arena[sums + (i & (cap - 1))] += sign * value
    if program.measures[measure, M_SQUARE] < 0:
        return
    highs = base + program.measures[measure, M_SQUARE] * cap
    high, low = square(value)
    if sign < 0:
        high, low = ~high + (np.int64(1) if low == 0 else np.int64(0)), -low
    for i in range(begin, end):
        slot = i & (cap - 1)
        total = np.uint64(memory.arena[highs + cap + slot]) + np.uint64(low)
        carry = np.int64(1) if total < np.uint64(low) else np.int64(0)
        memory.arena[highs + cap + slot] = np.int64(total)
        memory.arena[highs + slot] += high + carry


@njit(**PLAIN)
def remove_event(program, memory, key, place):
    """Take one event out as if it had never been; newer ones move down by one."""
    base, cap, oldest = ring_of(key)
    mask = cap - 1
    spec = program.entities[key[K_ENTITY]]
    at = oldest + place
    for measure in range(spec[E_MEASURE], spec[E_MEASURE] + spec[E_MEASURES]):
        sums = base + program.measures[measure, M_SUM] * cap
        value = memory.arena[sums + ((at + 1) & mask)] - memory.arena[sums + (at & mask)]
        add_value(program, memory, key, measure, place, value, np.int64(-1))
    for symbol in range(spec[E_SYMBOL], spec[E_SYMBOL] + spec[E_SYMBOLS]):
        unlink(program, memory, key, symbol, at)
    for i in range(at, oldest + key[K_LENGTH]):
        _copy_columns(program, memory, key, (i + 1) & mask, i & mask)
        _copy_bits(program, memory, key, (i + 1) & mask, i & mask)
    key[K_LENGTH] -= 1
    for symbol in range(spec[E_SYMBOL], spec[E_SYMBOL] + spec[E_SYMBOLS]):
        shift_links(program, memory, key, symbol, at, np.int64(-1))
    renew_peaks(program, memory, key, max(np.int64(0), place - 1))


@njit(**OPTIONS)
def evict(program, memory, key, time):
    """Forget the events with event time <= ``time``; a ring grown far too large shrinks."""
    if key[K_BASE] == NO_REGION:
        return
    base, cap, _ = ring_of(key)
    spec = program.entities[key[K_ENTITY]]
    while key[K_LENGTH] > 0 and memory.arena[base + (key[K_FIRST] & (cap - 1))] <= time:
        for symbol in range(spec[E_SYMBOL], spec[E_SYMBOL] + spec[E_SYMBOLS]):
            forget(program, memory, key, symbol)
        _clear_bits(program, memory, key, key[K_FIRST] & (cap - 1))
        key[K_FIRST] += 1
        key[K_LENGTH] -= 1
    shift = key[K_SHIFT]
    wasteful = shift > SMALLEST + 2 and (key[K_LENGTH] << 3) < cap
    if wasteful and has_room(program, memory, key[K_ENTITY], shift - 2):
        move(program, memory, key, shift - 2)
