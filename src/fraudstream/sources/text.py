"""What sources of text share: a byte log below."""

from __future__ import annotations

from fraudstream.sources.bytelog import ByteLog
from fraudstream.sources.chunked import ChunkedSource

__all__ = ["MAX_BYTES", "TextSource"]

MAX_BYTES = 65_536
"""Longest message, unless the preset says otherwise."""


class TextSource(ChunkedSource):
    """Messages in a byte log, none of them longer than ``max_bytes``."""

    def __init__(self, name: str, log: ByteLog, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(name)
        self._log = log
        self._max_bytes = max_bytes

    def _finished(self, at: int) -> bool:
        return self._log.finite() and not len(self._log.read(at, 1))

    def _wait(self, seconds: float) -> None:
        self._log.wait(seconds)

    def _check(self, at: int) -> None:
        self._log.check(at)

    def close(self) -> None:
        """Close the log."""
        self._log.close()
