"""Files that are whole or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fraudstream.errors import FraudstreamError, Problem, StorageFailed

__all__ = ["storing", "sync", "write_file"]


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Turn the disk's refusal of a model into ``StorageFailed``."""
    try:
        yield
    except FraudstreamError:
        raise
    except OSError as error:
        raise StorageFailed(
            "The model could not be saved.",
            [Problem(error.strerror or str(error), str(path))],
            "Make room or restore access, then run the command again; what was there still is.",
        ) from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file; its content is durable on return, its name once its folder is synced."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
