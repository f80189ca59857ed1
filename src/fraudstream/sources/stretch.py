"""A stretch of a byte log, and whether its end is the end of a record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.sources.bytelog import ByteLog

__all__ = ["NEWLINE", "RETURN", "Stretch", "line_end", "read_stretch"]

NEWLINE, RETURN = 10, 13

_CHUNK = 1 << 22
_MARK = np.frombuffer(b"\xef\xbb\xbf", np.uint8)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes from position ``at``; ``final`` if they end a record without a newline.

    ``begin`` is the first byte that counts: at the head of a log a byte order mark does not.
    ``full`` if the stretch is as long as they get, so that waiting would not make it longer.
    """

    at: int
    data: NDArray[np.uint8]
    final: bool
    full: bool
    begin: int


def read_stretch(log: ByteLog, at: int, goal: int | None, longest: int) -> Stretch:
    """The next megabytes from ``at``, none beyond ``goal``; room for two ``longest`` records."""
    size = max(_CHUNK, 2 * longest + 2)
    size = size if goal is None else min(size, goal - at)
    data = log.read(at, size)
    final = at + len(data) == goal or (len(data) < size and log.finite())
    marked = at == 0 and np.array_equal(data[:3], _MARK)
    return Stretch(at, data, final, len(data) == size, 3 if marked else 0)


def line_end(log: ByteLog, at: int, goal: int | None) -> int | None:
    """The position after the first newline from ``at`` on; None if that is not known yet."""
    while True:
        stretch = read_stretch(log, at, goal, 0)
        breaks = np.flatnonzero(stretch.data == NEWLINE)
        if len(breaks):
            return at + int(breaks[0]) + 1
        at += len(stretch.data)
        if stretch.final or not stretch.full:
            return at if stretch.final else None
