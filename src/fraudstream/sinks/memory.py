"""Outcomes kept in memory: tests and the demo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from fraudstream.ports import Entry

__all__ = ["MemorySink"]

O = TypeVar("O")


class MemorySink(Generic[O]):
    """A primary that lasts as long as the process."""

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self.batches: list[tuple[Entry, O]] = []

    def position(self) -> int:
        """Number of the last batch; -1 for none."""
        return self.batches[-1][0].batch if self.batches else -1

    def write(self, entry: Entry, outcome: O) -> None:
        """Keep a batch, unless it is held already."""
        if entry.batch > self.position():
            self.batches.append((entry, outcome))

    def entries(self, after: int) -> Iterator[Entry]:
        """The entries of batches after ``after``."""
        return (entry for entry, _ in self.batches if entry.batch > after)

    def close(self) -> None:
        """Nothing to let go of."""
