"""How long work tells how far it is."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress"]


class Progress(Protocol):
    """Told how far a stage of long work has come."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """``done`` of ``total`` (0 = not known) in whatever the stage counts."""
        ...
