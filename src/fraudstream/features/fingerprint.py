"""What decides whether two feature vectors mean the same: a hash over definitions and kernel."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from operator import itemgetter

from fraudstream.schema import Filter, Function, Preset
from fraudstream.schema.filters import names_in

__all__ = ["KERNEL_VERSION", "fingerprint_of"]

KERNEL_VERSION = "0.1.0"
"""Raised when the same definition would give another number."""

_TRAVEL = (Function.KM_FROM_LAST, Function.KMH_FROM_LAST)


def fingerprint_of(preset: Preset) -> str:
    """Eight hex digits over everything that a feature's value depends on, and nothing else.

    Entities, filters, windows, how a used field is read, lateness, zone and currency count; file
    names, comments, where a field stands in the message, policy and unused fields do not.
    """
    used = _used_fields(preset)
    parts = (
        KERNEL_VERSION,
        preset.inputs,
        preset.features,
        tuple(sorted(preset.entities)),
        _used_filters(preset),
        sorted(
            repr(replace(field, path=(), required=False))
            for field in preset.fields
            if field.name in used
        ),
        preset.input.lateness,
        preset.labels.known_after,
        preset.currency.base,
        preset.calendar_zone,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]


def _used_filters(preset: Preset) -> tuple[tuple[str, Filter], ...]:
    used = {feature.filter for feature in preset.features}
    return tuple(sorted((item for item in preset.filters if item[0] in used), key=itemgetter(0)))


def _used_fields(preset: Preset) -> set[str]:
    names = {"event_time", "amount"}
    names |= {name for _, fields in preset.entities for name in fields}
    names |= {item.field for item in preset.inputs if item.field}
    names |= {feature.field for feature in preset.features if feature.field}
    names |= {name for _, condition in _used_filters(preset) for name in names_in(condition)}
    if any(f.function in _TRAVEL for f in preset.features):
        names |= {"lat", "lon"}
    return names
