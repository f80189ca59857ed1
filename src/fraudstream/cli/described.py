"""A preset in words: what ``presets show`` prints."""

from __future__ import annotations

from typing import Any

from fraudstream.cli.report import table
from fraudstream.schema import Preset, describe

__all__ = ["described", "described_text"]


def described(preset: Preset) -> dict[str, Any]:
    """The parts that a person asks for, for JSON."""
    return {
        "name": preset.name,
        "format": preset.input.format,
        "currency": preset.currency.base,
        "fields": {field.name: str(field.type) for field in preset.fields},
        "entities": {name: list(fields) for name, fields in preset.entities},
        "features": {feature.name: feature.meaning for feature in describe(preset)},
    }


def described_text(preset: Preset) -> str:
    """The same as tables."""
    fields = [
        [f.name, ".".join(f.path), str(f.type), _remarks(f.required, f.hash)] for f in preset.fields
    ]
    entities = [[name, ", ".join(keys)] for name, keys in preset.entities]
    features = [[feature.name, feature.meaning] for feature in describe(preset)]
    return "\n\n".join(
        [
            f"{preset.name}: {preset.input.format}, amounts in {preset.currency.base}",
            table(["field", "in the message", "type", ""], fields),
            table(["entity", "its key"], entities),
            table([f"{len(features)} features", "what it is"], features),
        ]
    )


def _remarks(required: bool, hashed: bool) -> str:
    return ", ".join(word for word, said in (("required", required), ("hashed", hashed)) if said)
