"""What a preset's state will take, from the layout of the kernel's memory."""

from __future__ import annotations

import numpy as np

from fraudstream.features.kernel.layout import E_BITS, E_COLUMNS, E_SYMBOLS, K_WIDTH
from fraudstream.features.plan import Plan, plan_of
from fraudstream.schema import Footprint, Preset, Sizes, memory

__all__ = ["memory_needed", "sizes_of"]

WORD = 8
RING_SLACK = 1.5
"""Rings have powers of two slots: between half full and full, on average about two thirds."""

PAIR = 3 + 2
"""Words of one known value (key of a distinct count or of a first sighting) with its index."""

KEY = K_WIDTH + 2
"""Words of one key with its index."""


def memory_needed(preset: Preset, rate: float) -> tuple[Footprint, ...]:
    """By entity, at ``rate`` events a second; an upper estimate."""
    return memory(preset, rate, sizes_of(plan_of(preset, b"not for hashing")))


def sizes_of(plan: Plan) -> Sizes:
    """Bytes of an event and of a key, averaged over the entities, every value being a new one."""
    entities = plan.program.entities
    slot = WORD * entities[:, E_COLUMNS] + entities[:, E_BITS] / 8
    pairs = WORD * PAIR * entities[:, E_SYMBOLS]
    return Sizes(
        bytes_per_event=float(np.mean(RING_SLACK * slot + pairs)) if len(entities) else 0.0,
        bytes_per_key=float(WORD * KEY),
    )
