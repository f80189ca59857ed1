"""Bytes and names that outlive a loss of power."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["sync", "write_file"]


def write_file(path: Path, content: bytes) -> None:
    """Write a file; its content is durable on return, its name once its folder is synced."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path | str) -> None:
    """Make durable what a closed file holds, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
