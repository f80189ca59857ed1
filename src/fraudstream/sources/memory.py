"""Messages that are in memory already: tests, the demo, a simulator in the same process."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import numpy as np

from fraudstream.errors import InputInvalid
from fraudstream.events import NO_TIMESTAMP, Lines
from fraudstream.sources.chunked import Chunk, ChunkedSource

__all__ = ["Memory"]

_CHUNK = 65_536


class Memory(ChunkedSource):
    """A list of messages; a record's offset is its index.

    Finite with what it is made of, unless ``open``: then ``append`` adds messages, from any thread,
    and ``end`` says that those were all.

    >>> source = Memory([b"one", b"two"])
    >>> [source.poll(1).payload.raw(0), source.position()]
    [b'one', {0: 1}]
    """

    def __init__(
        self, messages: Iterable[bytes] = (), name: str = "memory", open: bool = False
    ) -> None:
        super().__init__(name)
        self._messages = list(messages)
        self._timestamps = [NO_TIMESTAMP] * len(self._messages)
        self._open = open
        self._more = threading.Condition()

    def append(self, messages: Iterable[bytes], timestamp: int = NO_TIMESTAMP) -> None:
        """Add messages that arrived at ``timestamp`` (UTC ms)."""
        with self._more:
            self._messages.extend(messages)
            added = len(self._messages) - len(self._timestamps)
            self._timestamps.extend([timestamp] * added)
            self._more.notify()

    def end(self) -> None:
        """No more will be appended."""
        with self._more:
            self._open = False
            self._more.notify()

    def _read(self, at: int, goal: int | None) -> Chunk | None:
        with self._more:
            messages = self._messages[at : at + _CHUNK if goal is None else goal]
            timestamps = np.array(self._timestamps[at : at + len(messages)], np.int64)
        if not messages:
            return None
        end = at + len(messages)
        return Chunk(Lines.of(messages), np.arange(at, end), timestamps, end)

    def _finished(self, at: int) -> bool:
        with self._more:
            return not self._open and at >= len(self._messages)

    def _wait(self, seconds: float) -> None:
        with self._more:
            self._more.wait_for(
                lambda: not self._open or len(self._messages) > self._at, timeout=seconds
            )

    def _check(self, at: int) -> None:
        if at > len(self._messages):
            raise InputInvalid(f"{self.name} has {len(self._messages)} messages, not {at}.")

    def close(self) -> None:
        """Nothing to let go of."""
