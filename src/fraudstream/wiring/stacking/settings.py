"""The stack's own fraudstream.toml: commands that are given in its folder are about the stack."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

__all__ = ["write_settings"]


def write_settings(path: Path, settings: Mapping[str, Any]) -> None:
    """Write settings, among which is the database's password: for its owner's eyes only."""
    document = tomlkit.document()
    document.add(tomlkit.comment("Written by fraudstream stack up, anew each time."))
    document.update(settings)
    draft = path.with_suffix(".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(tomlkit.dumps(document))
    draft.replace(path)
