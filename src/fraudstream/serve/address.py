"""Where the running engine listens, written down in the home folder while it does."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

__all__ = ["forget", "listening", "remember"]

_FILE = "engine.json"


def remember(home: Path, address: str) -> None:
    """Write the address down, whole or not at all."""
    home.mkdir(parents=True, exist_ok=True)
    draft = home / f"{_FILE}.{os.getpid()}"
    draft.write_text(json.dumps({"address": address, "pid": os.getpid()}), encoding="utf-8")
    draft.replace(home / _FILE)


def forget(home: Path) -> None:
    """Take the address away, if it is this process's own."""
    with suppress(OSError, ValueError):
        if json.loads((home / _FILE).read_text(encoding="utf-8"))["pid"] == os.getpid():
            (home / _FILE).unlink()


def listening(home: Path) -> str | None:
    """The address written down; it may be of an engine that was killed."""
    try:
        return str(json.loads((home / _FILE).read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
