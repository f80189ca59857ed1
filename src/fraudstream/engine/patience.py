"""Trying again while a server does not answer, until it does or the engine is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from fraudstream.engine.watching import Watcher
from fraudstream.errors import Unavailable

__all__ = ["Patience", "Stopped"]

T = TypeVar("T")


class Stopped(Exception):
    """The engine was told to stop while it waited; what it was about to do is not done."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Repeats an attempt that raises ``Unavailable``, with pauses that double up to ``longest`` s.

    Nothing is taken from the source meanwhile, so memory does not grow.
    """

    stop: threading.Event
    watcher: Watcher
    first: float = 0.1
    longest: float = 5.0

    def __call__(self, name: str, attempt: Callable[[], T]) -> T:
        """What the attempt returns in the end; raises ``Stopped``, and whatever else it raises."""
        pause = self.first
        while True:
            try:
                result = attempt()
            except Unavailable as error:
                self.watcher.waits(name, error)
                if self.stop.wait(pause):
                    raise Stopped from error
                pause = min(2 * pause, self.longest)
            else:
                if pause > self.first:
                    self.watcher.resumes(name)
                return result
