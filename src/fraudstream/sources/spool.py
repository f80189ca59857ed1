"""Input that has no log, such as standard input, is written to one before it is decided."""

from __future__ import annotations

import fcntl
import os
import select
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import InputInvalid
from fraudstream.ports import Position
from fraudstream.sources.chunked import PARTITION
from fraudstream.sources.jsonlines import JsonLines
from fraudstream.sources.segments import Segment, segments_in
from fraudstream.sources.text import MAX_BYTES

__all__ = ["Spool", "SpooledBytes"]

_SEGMENT = 64 << 20
_TAKEN = 1 << 20
_NEWLINE = b"\n"


class SpooledBytes:
    """What comes out of a pipe, appended durably to a folder, then read from there.

    A pipe that ends or breaks off within a line ends that line, so that the next one to be
    connected does not continue it.
    """

    def __init__(self, folder: Path, descriptor: int, clock: Callable[[], int]) -> None:
        self._folder = folder
        self._descriptor: int | None = descriptor
        self._clock = clock
        self._segments = segments_in(folder)
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _TAKEN)
        self._last.complete(clock())
        self._end_line()

    @property
    def _last(self) -> Segment:
        return self._segments[-1]

    def read(self, at: int, size: int) -> NDArray[np.uint8]:
        """Bytes from ``at``, after taking what waits in the pipe if there are too few."""
        if at + size > self._last.end:
            self._take(0.0)
        if at < self._segments[0].start:
            self.check(at)
        return np.frombuffer(self._held(at, size), np.uint8)

    def finite(self) -> bool:
        """Whether the pipe has ended."""
        return self._descriptor is None

    def arrivals(self, ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """When the byte before each position was taken from the pipe."""
        arrivals = np.empty(len(ends), np.int64)
        for segment in self._segments:
            here = (segment.start < ends) & (ends <= segment.end)
            arrivals[here] = segment.arrivals(ends[here])
        return arrivals

    def check(self, at: int) -> None:
        """Whether the spool reaches back to ``at``."""
        if not self._segments[0].start <= at <= self._last.end:
            raise InputInvalid(
                f"The spool {self._folder} holds the input from byte {self._segments[0].start} to "
                f"{self._last.end}, and byte {at} is needed.",
                advice="Older input is dropped once a checkpoint has passed it: restore the "
                "checkpoint that is missing, or begin anew with another --home.",
            )

    def wait(self, seconds: float) -> None:
        """Wait for the pipe."""
        self._take(seconds)

    def release(self, at: int) -> None:
        """Drop segments that end before ``at``."""
        while len(self._segments) > 1 and self._segments[0].end <= at:
            self._segments.pop(0).remove()

    def close(self) -> None:
        """Close the spool, not the pipe."""
        for segment in self._segments:
            segment.close()

    def _take(self, seconds: float) -> None:
        """Append what waits in the pipe, or what comes first within so many seconds."""
        if self._descriptor is None or not select.select([self._descriptor], [], [], seconds)[0]:
            return
        taken = bytearray()
        while len(taken) < _TAKEN and select.select([self._descriptor], [], [], 0.0)[0]:
            data = os.read(self._descriptor, _TAKEN)
            taken += data
            if not data:
                self._descriptor = None
                break
        if taken:
            self._append(bytes(taken))
        if self._descriptor is None:
            self._end_line()

    def _held(self, at: int, size: int) -> bytes:
        parts = [
            segment.read(max(at, segment.start), at + size - max(at, segment.start))
            for segment in self._segments
            if segment.start < at + size and at < segment.end
        ]
        return b"".join(parts)

    def _append(self, data: bytes) -> None:
        if self._last.size >= _SEGMENT:
            self._segments.append(Segment(self._folder, self._last.end))
        self._last.append(data, self._clock())

    def _end_line(self) -> None:
        end = self._last.end
        if self._held(end - 1, 1) not in (b"", _NEWLINE):
            self._append(_NEWLINE)


class Spool(JsonLines):
    """JSON lines from a pipe, with the time of their arrival; goes on after a restart.

    ``folder`` keeps the lines; ``clock`` gives UTC ms.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], int],
        descriptor: int = 0,
        name: str = "stdin",
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._bytes = SpooledBytes(folder, descriptor, clock)
        super().__init__(name, self._bytes, max_bytes)

    def release(self, position: Position) -> None:
        """Nothing before ``position`` will be read again."""
        self._bytes.release(position[PARTITION])
