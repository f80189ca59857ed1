"""A preset in words: what ``presets show`` prints."""

from __future__ import annotations

from typing import Any

from fraudstream.cli.report import table
from fraudstream.schema import Preset

__all__ = ["described", "described_text"]


def described(preset: Preset) -> dict[str, Any]:
    """The parts that a person asks for, for JSON."""
    return {
        "name": preset.name,
        "format": preset.input.format,
        "currency": preset.currency.base,
        "fields": {field.name: str(field.type) for field in preset.fields},
        "entities": {name: list(fields) for name, fields in preset.entities},
        "features": list(preset.feature_names),
    }


def described_text(preset: Preset) -> str:
    """The same as tables."""
    fields = [
        [f.name, ".".join(f.path), str(f.type), _remarks(f.required, f.hash)] for f in preset.fields
    ]
    entities = [[name, ", ".join(keys)] for name, keys in preset.entities]
    features = "\n".join(f"  {name}" for name in preset.feature_names)
    return "\n\n".join(
        [
            f"{preset.name}: {preset.input.format}, amounts in {preset.currency.base}",
            table(["field", "in the message", "type", ""], fields),
            table(["entity", "its key"], entities),
            f"{len(preset.feature_names)} features\n{features}",
        ]
    )


def _remarks(required: bool, hashed: bool) -> str:
    return ", ".join(word for word, said in (("required", required), ("hashed", hashed)) if said)
