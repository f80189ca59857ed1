"""Checkpoints in a folder: atomic, the last two kept."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from fraudstream.durable import sync
from fraudstream.engine import container
from fraudstream.errors import Problem, StorageFailed
from fraudstream.ports import Checkpoint

__all__ = ["FileCheckpoints", "MemoryCheckpoints"]

_KEPT = 2
_ENDING = ".checkpoint"


class FileCheckpoints:
    """One file for each checkpoint, named by its batch.

    The second newest is kept for the case that the newest cannot be read. Files of later batches
    than the one saved belong to a run that was given up, and go.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, checkpoint: Checkpoint) -> None:
        """Durable on return."""
        draft = self.folder / "draft"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                container.write(file, checkpoint)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path(checkpoint.batch))
            sync(self.folder)
            self._drop(checkpoint.batch)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            raise StorageFailed(
                "A checkpoint could not be saved.",
                [Problem(error.strerror or str(error), str(self.folder))],
                "No decision was lost: make room and start again; the older checkpoint is still "
                "there.",
            ) from error

    def newest(self, at_most: int | None = None) -> Checkpoint | None:
        """The newest whole checkpoint, of batch ``at_most`` or earlier."""
        for batch in self._batches():
            if at_most is None or batch <= at_most:
                checkpoint = container.read(self._path(batch))
                if checkpoint is not None:
                    return checkpoint
        return None

    def _batches(self) -> list[int]:
        """Numbers of the checkpoints there are, the newest first."""
        names = [path.stem for path in self.folder.glob("*" + _ENDING)]
        return sorted((int(name) for name in names if name.isdecimal()), reverse=True)

    def _path(self, batch: int) -> Path:
        return self.folder / f"{batch:020}{_ENDING}"

    def _drop(self, saved: int) -> None:
        """Remove what is neither the one just saved nor the one before it."""
        batches = self._batches()
        kept = [batch for batch in batches if batch <= saved][:_KEPT]
        for batch in batches:
            if batch not in kept:
                self._path(batch).unlink()


class MemoryCheckpoints:
    """Checkpoints that last as long as the process: tests and the demo."""

    def __init__(self) -> None:
        self._kept: list[Checkpoint] = []

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep a copy."""
        arrays = {name: array.copy() for name, array in checkpoint.arrays.items()}
        older = [kept for kept in self._kept if kept.batch < checkpoint.batch]
        copy = Checkpoint(
            checkpoint.batch, checkpoint.position, checkpoint.fingerprint, arrays, checkpoint.meta
        )
        self._kept = [*older, copy][-_KEPT:]

    def newest(self, at_most: int | None = None) -> Checkpoint | None:
        """The newest of batch ``at_most`` or earlier."""
        fitting = [kept for kept in self._kept if at_most is None or kept.batch <= at_most]
        return fitting[-1] if fitting else None
