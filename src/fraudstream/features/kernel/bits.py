"""One bit a slot: setting it, and counting or finding set bits in a stretch of a ring."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.features.kernel.layout import (
    K_ENTITY,
    OPTIONS,
    PLAIN,
    bits_offset,
    counts_offset,
    ring_of,
)
from fraudstream.features.kernel.words import popcount

__all__ = ["count_bits", "first_bit", "last_bit", "read_bit", "write_bit"]

_ONES = np.int64(-1)


@njit(**OPTIONS)
def read_bit(program, memory, key, bit, slot):
    """The bit of one slot, 0 or 1."""
    base, cap, _ = ring_of(key)
    words = base + bits_offset(program, key[K_ENTITY], cap, bit)
    return (memory.arena[words + (slot >> 6)] >> (slot & 63)) & np.int64(1)


@njit(**OPTIONS)
def write_bit(program, memory, key, bit, slot, value):
    """Make one slot's bit ``value``, and keep the counts per 4096 slots true."""
    base, cap, _ = ring_of(key)
    address = base + bits_offset(program, key[K_ENTITY], cap, bit) + (slot >> 6)
    shift = slot & 63
    old = (memory.arena[address] >> shift) & np.int64(1)
    if old == value:
        return
    memory.arena[address] ^= np.int64(1) << shift
    if cap >= 4096:
        counts = base + counts_offset(program, key[K_ENTITY], cap, bit)
        memory.arena[counts + (slot >> 12)] += value - old


@njit(**PLAIN)
def _count_stretch(arena, words, counts, first, end):
    """Set bits in the slots [first, end), which do not wrap around."""
    total = np.int64(0)
    while first < end:
        if first & 4095 == 0 and first + 4096 <= end:
            total += arena[counts + (first >> 12)]
            first += 4096
            continue
        stop = min(end, (first | 63) + 1)
        word = arena[words + (first >> 6)] & (_ONES << (first & 63))
        if stop & 63:
            word &= ~(_ONES << (stop & 63))
        total += popcount(word)
        first = stop
    return total


@njit(**OPTIONS)
def count_bits(program, memory, key, bit, low, high):
    """Set bits among the events [low, high) of a key."""
    if low >= high:
        return np.int64(0)
    base, cap, oldest = ring_of(key)
    words = base + bits_offset(program, key[K_ENTITY], cap, bit)
    counts = base + counts_offset(program, key[K_ENTITY], cap, bit)
    first = (oldest + low) & (cap - 1)
    end = first + high - low
    if end <= cap:
        return _count_stretch(memory.arena, words, counts, first, end)
    return _count_stretch(memory.arena, words, counts, first, cap) + _count_stretch(
        memory.arena, words, counts, np.int64(0), end - cap
    )


@njit(**OPTIONS)
def last_bit(program, memory, key, bit, low, high):
    """The newest event in [low, high) whose bit is set, or -1."""
    base, cap, oldest = ring_of(key)
    words = base + bits_offset(program, key[K_ENTITY], cap, bit)
    index = high - 1
    while index >= low:
        slot = (oldest + index) & (cap - 1)
        word = memory.arena[words + (slot >> 6)]
        if word == 0:
            index -= (slot & 63) + 1
        elif (word >> (slot & 63)) & 1:
            return index
        else:
            index -= 1
    return np.int64(-1)


@njit(**OPTIONS)
def first_bit(program, memory, key, bit, low, high):
    """The oldest event in [low, high) whose bit is set, or -1."""
    base, cap, oldest = ring_of(key)
    words = base + bits_offset(program, key[K_ENTITY], cap, bit)
    index = low
    while index < high:
        slot = (oldest + index) & (cap - 1)
        word = memory.arena[words + (slot >> 6)]
        if word == 0:
            index += min(cap, (slot | 63) + 1) - slot
        elif (word >> (slot & 63)) & 1:
            return index
        else:
            index += 1
    return np.int64(-1)
