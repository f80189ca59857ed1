"""What a preset's state will take, from the layout of the kernel's memory."""

from __future__ import annotations

from fraudstream.admission.kernel import SEEN_WIDTH
from fraudstream.features.kernel.layout import E_BITS, E_COLUMNS, E_SYMBOLS, K_WIDTH
from fraudstream.features.plan import Plan, plan_of
from fraudstream.schema import Footprint, Preset, Sizes, memory
from fraudstream.schema.durations import SECOND

__all__ = ["memory_needed", "sizes_of"]

WORD = 8
RING_SLACK = 1.5
"""Rings have powers of two slots: between half full and full, on average about two thirds."""

PAIR = 3 + 2
"""Words of one known value (key of a distinct count or of a first sighting) with its index."""

KEY = K_WIDTH + 2
"""Words of one key with its index."""


ID = SEEN_WIDTH + 3
"""Words of one id that was seen, with its index."""


def memory_needed(preset: Preset, rate: float) -> tuple[Footprint, ...]:
    """By entity, and of the ids seen, at ``rate`` events a second; an upper estimate."""
    ids = round(rate * preset.input.dedupe / SECOND)
    seen = Footprint("(ids seen)", preset.input.dedupe, ids, ids, ids * WORD * ID)
    plan = plan_of(preset, b"not for hashing")
    return *memory(preset, rate, sizes_of(preset, plan)), seen


def sizes_of(preset: Preset, plan: Plan) -> Sizes:
    """Bytes of an event by entity, every value being a new one, and of a key."""
    entities = plan.program.entities
    slot = WORD * entities[:, E_COLUMNS] + entities[:, E_BITS] / 8
    pairs = WORD * PAIR * entities[:, E_SYMBOLS]
    used = {feature.entity for feature in preset.features}
    names = [name for name, _ in preset.entities if name in used]
    return Sizes(
        bytes_per_event=dict(zip(names, (RING_SLACK * slot + pairs).tolist(), strict=True)),
        bytes_per_key=float(WORD * KEY),
    )
