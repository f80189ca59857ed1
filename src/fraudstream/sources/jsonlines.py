"""JSON lines: one message a line, found without copying."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fraudstream.events import Lines
from fraudstream.sources.bytelog import FileBytes
from fraudstream.sources.chunked import Chunk
from fraudstream.sources.stretch import NEWLINE, RETURN, Stretch, line_end, read_stretch
from fraudstream.sources.text import MAX_BYTES, TextSource

__all__ = ["JsonLines", "JsonLinesFile"]


class JsonLines(TextSource):
    """The lines of a byte log; a record's offset is its first byte, empty lines are none.

    A line longer than ``max_bytes`` is given out cut to one byte more, so that the decoder can
    reject it and nobody has to hold it.
    """

    def _read(self, at: int, goal: int | None) -> Chunk | None:
        stretch = read_stretch(self._log, at, goal, self._max_bytes)
        breaks = np.flatnonzero(stretch.data == NEWLINE)
        if stretch.final and len(stretch.data):
            return self._cut(stretch, breaks, len(stretch.data))
        if len(breaks):
            return self._cut(stretch, breaks[:-1], int(breaks[-1]))
        return self._long_line(stretch, goal) if stretch.full else None

    def _cut(self, stretch: Stretch, breaks: NDArray[np.intp], last: int) -> Chunk:
        """The lines between ``breaks``, the last one ending at ``last``."""
        starts = np.concatenate(([stretch.begin], breaks + 1))
        stops = np.append(breaks, last)
        ends = stops - ((stops > starts) & (stretch.data[stops - 1] == RETURN))
        kept = ends > starts
        starts, ends = starts[kept], np.minimum(ends[kept], starts[kept] + self._max_bytes + 1)
        end = stretch.at + min(last + 1, len(stretch.data))
        timestamps = self._log.arrivals(np.minimum(stretch.at + stops[kept] + 1, end))
        return Chunk(Lines(stretch.data, starts, ends), stretch.at + starts, timestamps, end)

    def _long_line(self, stretch: Stretch, goal: int | None) -> Chunk | None:
        """The chunk of one line that is longer than the stretch."""
        end = line_end(self._log, stretch.at + len(stretch.data), goal)
        if end is None:
            return None
        starts = np.array([stretch.begin])
        line = Lines(stretch.data, starts, starts + self._max_bytes + 1)
        return Chunk(line, stretch.at + starts, self._log.arrivals(np.array([end])), end)


class JsonLinesFile(JsonLines):
    """A file of JSON lines, plain or ``.gz``.

    What has been appended by the time the end is read is read too; a last line without a newline is
    a record. With ``follow`` there is no end, and such a line waits for its newline. ``seal`` names
    the small file that remembers how the input begins.
    """

    def __init__(
        self,
        path: Path,
        max_bytes: int = MAX_BYTES,
        follow: bool = False,
        seal: Path | None = None,
    ) -> None:
        super().__init__(path.name, FileBytes(path, follow, seal), max_bytes)
