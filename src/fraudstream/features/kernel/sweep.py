"""Freeing what no later event can see: idle keys, and marks whose transaction never came."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.features.kernel.layout import (
    E_HORIZON,
    K_BASE,
    K_CLOCK,
    K_ENTITY,
    K_FIRST,
    K_LENGTH,
    K_SHIFT,
    LATENESS,
    MARK_TIME,
    MARK_VALUE,
    NO_REGION,
    OPTIONS,
    PLAIN,
    SWEPT_KEYS,
    SWEPT_MARKS,
    UNUSED,
    Memory,
    Program,
)
from fraudstream.features.kernel.regions import give_back
from fraudstream.features.kernel.ring import evict
from fraudstream.tables import kernel as table

__all__ = ["sweep"]


@njit(**PLAIN)
def sweep(plan, state, clock, budget):
    """Look at up to ``budget`` keys and marks, going round; no later arrival is before ``clock``.

    ``plan`` and ``state`` are a program and a memory as plain tuples.

    A key is freed when its own next event would empty it anyway, whatever that event is: so
    freeing never shows in a number.
    """
    program, memory = Program(*plan), Memory(*state)
    before = clock - program.scalars[LATENESS]
    used = memory.keys_counts[table.USED]
    for _ in range(min(budget, used)):
        row = memory.meta[SWEPT_KEYS] % used
        memory.meta[SWEPT_KEYS] = row + 1
        key = memory.keys[row]
        if key[K_SHIFT] != UNUSED and key[K_CLOCK] <= clock:
            _free_if_idle(program, memory, row, before)
    used = memory.marks_counts[table.USED]
    for _ in range(min(budget, used)):
        row = memory.meta[SWEPT_MARKS] % used
        memory.meta[SWEPT_MARKS] = row + 1
        if memory.marks[row, MARK_VALUE] >= 0 and memory.marks[row, MARK_TIME] < before:
            memory.marks[row, MARK_VALUE] = UNUSED
            table.remove(memory.marks_index, memory.marks, memory.marks_counts, row)


@njit(**OPTIONS)
def _free_if_idle(program, memory, row, before):
    key = memory.keys[row]
    limit = before - program.entities[key[K_ENTITY], E_HORIZON]
    if key[K_BASE] != NO_REGION and key[K_LENGTH] > 0:
        cap = np.int64(1) << key[K_SHIFT]
        newest = key[K_BASE] + ((key[K_FIRST] + key[K_LENGTH] - 1) & (cap - 1))
        if memory.arena[newest] > limit:
            return
        evict(program, memory, key, limit)
    give_back(memory, key)
    table.remove(memory.keys_index, memory.keys, memory.keys_counts, row)
    key[K_SHIFT] = UNUSED
