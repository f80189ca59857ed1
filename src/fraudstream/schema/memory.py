"""What a preset's exact windows cost in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fraudstream.schema.durations import SECOND
from fraudstream.schema.preset import Preset

__all__ = ["Footprint", "Sizes", "memory"]

_EVENTS_PER_KEY = 50
"""Of one entity within the horizon, where nobody said how many keys there are."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of the state: one event by entity, and one key; ``keys`` by entity where known."""

    bytes_per_event: Mapping[str, float]
    bytes_per_key: float
    keys: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one entity's history needs: how far back, how many events and keys, bytes in all."""

    entity: str
    horizon: int
    events: int
    keys: int
    bytes: int


def memory(preset: Preset, rate: float, sizes: Sizes) -> tuple[Footprint, ...]:
    """An upper estimate by entity at ``rate`` events a second; every event is taken to carry it.

    A key holds the events of its entity's longest window and of the lateness, so shortening that
    window is what saves memory.
    """
    reaches: dict[str, int] = {}
    for feature in preset.features:
        reach = feature.window + feature.delay + preset.input.lateness
        reaches[feature.entity] = max(reach, reaches.get(feature.entity, 0))
    return tuple(
        _footprint(name, reaches[name], rate, sizes)
        for name, _ in preset.entities
        if name in reaches
    )


def _footprint(entity: str, horizon: int, rate: float, sizes: Sizes) -> Footprint:
    events = round(rate * horizon / SECOND)
    keys = min(sizes.keys.get(entity, events // _EVENTS_PER_KEY), events)
    needed = round(events * sizes.bytes_per_event[entity] + keys * sizes.bytes_per_key)
    return Footprint(entity, horizon, events, keys, needed)
