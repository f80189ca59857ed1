"""Regions of the arena: taken from a free list of their size, or from the top."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.features.kernel.bits import write_bit
from fraudstream.features.kernel.layout import (
    E_BITS,
    E_COLUMNS,
    K_BASE,
    K_ENTITY,
    K_LENGTH,
    K_SHIFT,
    LARGEST,
    NO_REGION,
    OPTIONS,
    PLAIN,
    TOP,
    WIDEST,
    bits_offset,
    region_words,
    ring_of,
)
from fraudstream.features.kernel.peaks import renew_peaks

__all__ = ["give_back", "has_room", "move"]


@njit(**OPTIONS)
def has_room(program, memory, entity, shift):
    """Whether a region of 2**shift slots can be had without a larger arena."""
    if memory.free[entity * LARGEST + shift] >= 0:
        return True
    return memory.meta[TOP] + region_words(program, entity, shift) <= len(memory.arena)


@njit(**OPTIONS)
def _take(program, memory, entity, shift):
    """Base of a region with all bits, counts and blocks zero; ``has_room`` has said yes."""
    size = region_words(program, entity, shift)
    place = entity * LARGEST + shift
    base = memory.free[place]
    if base >= 0:
        memory.free[place] = memory.arena[base]
    else:
        base = memory.meta[TOP]
        memory.meta[TOP] += size
    columns = program.entities[entity, E_COLUMNS] << shift
    for address in range(base + columns, base + size):
        memory.arena[address] = 0
    return base


@njit(**OPTIONS)
def _put_back(memory, entity, base, shift):
    place = entity * LARGEST + shift
    memory.arena[base] = memory.free[place]
    memory.free[place] = base


@njit(**OPTIONS)
def give_back(memory, key):
    """Free the region of a key that holds nothing any more."""
    if key[K_BASE] != NO_REGION:
        _put_back(memory, key[K_ENTITY], key[K_BASE], key[K_SHIFT])
        key[K_BASE] = NO_REGION


@njit(**PLAIN)
def move(program, memory, key, shift):
    """Give a key a ring of 2**shift slots, with all its events."""
    entity, length = key[K_ENTITY], key[K_LENGTH]
    new_base, new_cap = _take(program, memory, entity, shift), np.int64(1) << shift
    base, cap, oldest = ring_of(key)
    old_shift = key[K_SHIFT]
    key[K_BASE], key[K_SHIFT] = new_base, shift
    memory.meta[WIDEST] = max(memory.meta[WIDEST], shift)
    if base == NO_REGION:
        return
    for column in range(program.entities[entity, E_COLUMNS]):
        source, target = base + column * cap, new_base + column * new_cap
        for i in range(oldest, oldest + length + 1):
            memory.arena[target + (i & (new_cap - 1))] = memory.arena[source + (i & (cap - 1))]
    for bit in range(program.entities[entity, E_BITS]):
        words = base + bits_offset(program, entity, cap, bit)
        for i in range(oldest, oldest + length):
            slot = i & (cap - 1)
            if (memory.arena[words + (slot >> 6)] >> (slot & 63)) & 1:
                write_bit(program, memory, key, bit, i & (new_cap - 1), np.int64(1))
    _put_back(memory, entity, base, old_shift)
    renew_peaks(program, memory, key, np.int64(0))
