"""When a checkpoint is due, and making it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from fraudstream.engine.recovery import Progress, entry_mark
from fraudstream.engine.watching import Watcher
from fraudstream.ports import Checkpoint, Checkpoints, Position

__all__ = ["Saver", "checkpoint_of"]

S = TypeVar("S")
O = TypeVar("O")

_SHARE = 20
"""Saving may take one second in so many: a large state is saved less often."""


class Saver(Generic[S, O]):
    """Saves a run's progress every so many seconds or batches; idle moments are taken early.

    After each save, ``release`` is told the position of the checkpoint before it: nothing earlier
    is read again, even if the newest file turns out to be torn.
    """

    def __init__(
        self,
        checkpoints: Checkpoints | None,
        release: Callable[[Position], None],
        rhythm: tuple[float, int],
        watcher: Watcher,
    ) -> None:
        self._watcher = watcher
        self._checkpoints = checkpoints
        self._release = release
        self._seconds, self._batches = rhythm
        self._pause = self._seconds
        self._at = monotonic()
        self._position: Position | None = None

    def save_if_due(self, progress: Progress[S, O], idle: bool) -> None:
        """Save if it is time."""
        pause = self._pause / 2 if idle else self._pause
        if monotonic() - self._at >= pause or progress.batch - progress.saved >= self._batches:
            self.save(progress)

    def save(self, progress: Progress[S, O]) -> None:
        """Save unless nothing has happened since the last time."""
        if self._checkpoints is None or progress.entry is None or progress.saved == progress.batch:
            return
        begun = monotonic()
        checkpoint = checkpoint_of(progress)
        self._checkpoints.save(checkpoint)
        self._at = monotonic()
        self._watcher.saved(checkpoint, self._at - begun)
        self._pause = max(self._seconds, _SHARE * (self._at - begun))
        if self._position is not None:
            self._release(self._position)
        progress.saved, self._position = progress.batch, progress.start


def checkpoint_of(progress: Progress[S, O]) -> Checkpoint:
    """The state after a run's last batch, of which there is one."""
    assert progress.entry is not None
    return Checkpoint(
        progress.entry.batch,
        progress.start,
        progress.program.fingerprint,
        progress.program.snapshot(progress.state),
        {"entry": entry_mark(progress.entry)},
    )
