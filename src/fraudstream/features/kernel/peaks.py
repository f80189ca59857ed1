"""Largest (or, with the sign turned, smallest) value in a stretch of a ring, by blocks.

Values are differences of neighbouring prefix sums, so nothing but the blocks is kept for them.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.features.kernel.layout import (
    E_PEAK,
    E_PEAKS,
    K_ENTITY,
    K_LENGTH,
    OPTIONS,
    PLAIN,
    X_FLAG,
    X_SIGN,
    X_SUM,
    bits_offset,
    peaks_offset,
    ring_of,
    tops_offset,
)

__all__ = ["NOTHING", "note_peaks", "range_peak", "renew_peaks"]

NOTHING = np.iinfo(np.int64).min


@njit(**OPTIONS)
def _columns(program, key, peak):
    """(sums, words of the condition's bits or -1, sign) of a peak: where its values stand."""
    row = program.entities[key[K_ENTITY], E_PEAK] + peak
    base, cap, _ = ring_of(key)
    flag, words = program.peaks[row, X_FLAG], np.int64(-1)
    if flag >= 0:
        words = base + bits_offset(program, key[K_ENTITY], cap, flag)
    return base + program.peaks[row, X_SUM] * cap, words, program.peaks[row, X_SIGN]


@njit(**PLAIN)
def _scan(arena, mask, columns, first, end):
    """Signed peak of the slots [first, end), one by one; ``NOTHING`` if none counts."""
    sums, words, sign = columns
    best = np.int64(NOTHING)
    before = arena[sums + first]
    for slot in range(first, end):
        after = arena[sums + ((slot + 1) & mask)]
        if words < 0 or (arena[words + (slot >> 6)] >> (slot & 63)) & 1:
            best = max(best, sign * (after - before))
        before = after
    return best


@njit(**OPTIONS)
def _stretch_peak(program, memory, key, peak, first, end):
    """Signed peak of the slots [first, end), which do not wrap around; whole blocks at once."""
    arena = memory.arena
    base, cap, _ = ring_of(key)
    columns = _columns(program, key, peak)
    stop = min(end, (first + 63) & ~np.int64(63))
    best = _scan(arena, cap - 1, columns, first, stop)
    blocks = base + peaks_offset(program, key[K_ENTITY], cap, peak)
    tops = base + tops_offset(program, key[K_ENTITY], cap, peak)
    while stop + 64 <= end:
        if stop & 4095 == 0 and stop + 4096 <= end:
            best = max(best, arena[tops + (stop >> 12)])
            stop += 4096
        else:
            best = max(best, arena[blocks + (stop >> 6)])
            stop += 64
    return max(best, _scan(arena, cap - 1, columns, stop, end))


@njit(**OPTIONS)
def range_peak(program, memory, key, peak, low, high):
    """Signed peak over the events [low, high) of a key, ``NOTHING`` if none counts."""
    if low >= high:
        return np.int64(NOTHING)
    _, cap, oldest = ring_of(key)
    first = (oldest + low) & (cap - 1)
    end = first + high - low
    if end <= cap:
        return _stretch_peak(program, memory, key, peak, first, end)
    return max(
        _stretch_peak(program, memory, key, peak, first, cap),
        _stretch_peak(program, memory, key, peak, np.int64(0), end - cap),
    )


@njit(**OPTIONS)
def note_peaks(program, memory, key):
    """Take the newest event, just put at the end, into its blocks."""
    base, cap, oldest = ring_of(key)
    if cap < 64:
        return
    entity = key[K_ENTITY]
    slot = (oldest + key[K_LENGTH] - 1) & (cap - 1)
    for peak in range(program.entities[entity, E_PEAKS]):
        columns = _columns(program, key, peak)
        value = _scan(memory.arena, cap - 1, columns, slot, slot + 1)
        block = base + peaks_offset(program, entity, cap, peak) + (slot >> 6)
        memory.arena[block] = value if slot & 63 == 0 else max(memory.arena[block], value)
        if cap >= 4096:
            top = base + tops_offset(program, entity, cap, peak) + (slot >> 12)
            memory.arena[top] = value if slot & 4095 == 0 else max(memory.arena[top], value)


@njit(**PLAIN)
def renew_peaks(program, memory, key, index):
    """Compute the blocks of the events from ``index`` on anew after they moved.

    Starts at the beginning of the block of ``index``, within this lap around the ring: what an
    older lap left in a block must not outlive it.
    """
    _, cap, oldest = ring_of(key)
    if cap < 64 or index >= key[K_LENGTH]:
        return
    for peak in range(program.entities[key[K_ENTITY], E_PEAKS]):
        slot = (oldest + index) & (cap - 1)
        _renew_blocks(program, memory, key, peak, max(np.int64(0), index - (slot & 63)))
        if cap >= 4096:
            _renew_tops(program, memory, key, peak, max(np.int64(0), index - (slot & 4095)))


@njit(**OPTIONS)
def _renew_blocks(program, memory, key, peak, first):
    base, cap, oldest = ring_of(key)
    blocks = base + peaks_offset(program, key[K_ENTITY], cap, peak)
    columns = _columns(program, key, peak)
    for i in range(first, key[K_LENGTH]):
        slot = (oldest + i) & (cap - 1)
        value = _scan(memory.arena, cap - 1, columns, slot, slot + 1)
        block = blocks + (slot >> 6)
        begins = i == first or slot & 63 == 0
        memory.arena[block] = value if begins else max(memory.arena[block], value)


@njit(**OPTIONS)
def _renew_tops(program, memory, key, peak, first):
    base, cap, oldest = ring_of(key)
    blocks = base + peaks_offset(program, key[K_ENTITY], cap, peak)
    tops = base + tops_offset(program, key[K_ENTITY], cap, peak)
    i = first
    while i < key[K_LENGTH]:
        slot = (oldest + i) & (cap - 1)
        top, value = tops + (slot >> 12), memory.arena[blocks + (slot >> 6)]
        begins = i == first or slot & 4095 == 0
        memory.arena[top] = value if begins else max(memory.arena[top], value)
        i += 64 - (slot & 63)
