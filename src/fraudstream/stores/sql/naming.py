"""What the elements of feature arrays are called, kept beside them."""

from __future__ import annotations

from hashlib import sha256

from fraudstream.schema import Preset
from fraudstream.schema.phrases import describe

__all__ = ["feature_set", "features_view"]

_LONGEST = 63
"""Bytes of a column's name in PostgreSQL, which cuts a longer one silently."""


def feature_set(preset: Preset) -> tuple[list[str], list[str]]:
    """Names and meanings, in the arrays' order."""
    return list(preset.feature_names), [each.meaning for each in describe(preset)]


def features_view(fingerprint: str, names: list[str]) -> str:
    """The statement that makes the view of a fingerprint, each feature under its name."""
    columns = ", ".join(
        f'features[{k}] as "{_column(name)}"' for k, name in enumerate(names, start=1)
    )
    return (
        f'create view "features_{fingerprint}" as '
        f"select transaction_id, event_time, batch, batch_row, {columns} "
        f"from transactions where features_version = '{fingerprint}'"
    )


def _column(name: str) -> str:
    """The name, or its beginning and eight digits that tell it from others that begin alike."""
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 9]}_{sha256(name.encode()).hexdigest()[:8]}"
