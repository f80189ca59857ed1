"""What an engine tells whoever looks on: logs, metrics, health, a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fraudstream.errors import Unavailable
from fraudstream.ports import Checkpoint, Entry

__all__ = ["Watcher"]


class Watcher:
    """Told everything and keeps nothing; override what is of interest.

    All calls come from the engine's own thread, between two batches, and cost it their time.
    """

    def followed(self, entry: Entry) -> None:
        """A batch that another engine decided was computed, to have the state at hand."""

    def leads(self, epoch: int) -> None:
        """From now on this engine decides."""

    def deposed(self, why: str) -> None:
        """Another engine has taken over; this one follows it."""

    def redone(self, entry: Entry) -> None:
        """A batch of the journal was computed again, and every sink has it."""

    def decided(self, entry: Entry, outcome: Any, seconds: float, whole: float) -> None:
        """A new batch is in all sinks.

        ``seconds`` passed from messages to decisions, ``whole`` until the last sink had them.
        """

    def turned(self, versions: Mapping[str, str | None]) -> None:
        """Before each look at the source: what would decide the next batch."""

    def waits(self, name: str, error: Unavailable) -> None:
        """A source or a sink does not answer; it is tried again after a pause."""

    def resumes(self, name: str) -> None:
        """It answers again."""

    def saved(self, checkpoint: Checkpoint, seconds: float) -> None:
        """The state is kept."""
