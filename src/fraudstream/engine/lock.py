"""One owner: two engines on one state would decide the same messages twice."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fraudstream.errors import Problem, StateInUse, StorageFailed

__all__ = ["owning"]


@contextmanager
def owning(folder: Path) -> Iterator[None]:
    """Own the state in ``folder`` while the block runs; raises ``StateInUse`` naming the owner.

    The operating system drops the lock with its process, however that ends, so none is ever stale.
    """
    path = folder / "lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageFailed(
            "The state cannot be locked.",
            [Problem(error.strerror or str(error), str(path))],
            "Restore access, or choose another folder with --home.",
        ) from error
    try:
        _take(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
        raise StateInUse(
            f"Another engine (process {owner}) runs on the state in {folder}.",
            advice=f"Stop it (kill {owner}), or run this one with another --home.",
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
