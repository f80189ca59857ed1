"""Where the rows of delimited text are (RFC 4180; a lone CR or LF ends a row too)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["Rows", "find_rows"]

_QUOTE, _LF, _CR = 34, 10, 13


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows in a buffer, without their line ends; ``opened`` where a quote is never closed.

    ``end`` is where the next row may begin. ``together`` if nothing but line ends is between them.
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    opened: NDArray[np.bool_]
    end: int
    together: bool = True

    def __len__(self) -> int:
        return len(self.starts)

    def raw(self, row: int, longest: int) -> bytes:
        """The bytes of a row, at most so many."""
        return self.data[self.starts[row] : self.ends[row]][:longest].tobytes()

    def take(self, rows: NDArray[np.intp]) -> Rows:
        """Some of the rows."""
        chosen = self.starts[rows], self.ends[rows], self.opened[rows]
        return Rows(self.data, *chosen, self.end, self.together and len(rows) == len(self))

    def text(self) -> bytes:
        """The rows as one text."""
        if not len(self):
            return b""
        if self.together:
            return self.data[self.starts[0] : self.ends[-1]].tobytes()
        view = memoryview(self.data.data)
        bounds = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        return b"\n".join([view[start:end] for start, end in bounds])


def find_rows(data: NDArray[np.uint8], begin: int, form: tuple[int, int, bool]) -> Rows:
    """The rows of ``data`` from ``begin`` on, empty ones left out.

    ``form`` is the delimiter, the longest row, and whether the end of the data ends a row. A quote
    that stays open for longer than a row may be, or to such an end, is a mistake: the row then ends
    at its first line end, so that one stray quote does not swallow the rest.
    """
    delimiter, longest, final = form
    breaks = np.count_nonzero((data == _LF) | (data == _CR))
    starts = np.empty(breaks + 1, np.int64)
    ends = np.empty(breaks + 1, np.int64)
    opened = np.zeros(breaks + 1, np.bool_)
    count, end = _find(data, begin, (delimiter, longest, final), starts, ends, opened)
    return Rows(data, starts[:count], ends[:count], opened[:count], end)


@njit(cache=True, nogil=True)
def _line_end(data, at):  # type: ignore[no-untyped-def]
    while at < len(data) and data[at] not in (_LF, _CR):
        at += 1
    return at


@njit(cache=True, nogil=True)
def _row_end(data, at, delimiter, limit):  # type: ignore[no-untyped-def]
    """The row's line end, or minus one if a quote is open at ``limit``."""
    fresh = True
    quoted = False
    while at < limit:
        byte = data[at]
        if quoted:
            quoted = byte != _QUOTE or (at + 1 < limit and data[at + 1] == _QUOTE)
            at += byte == _QUOTE and quoted
        elif byte == _QUOTE and fresh:
            quoted = True
        elif byte in (_LF, _CR):
            return at
        fresh = byte == delimiter
        at += 1
    return -1 if quoted else at


@njit(cache=True, nogil=True)
def _find(data, begin, form, starts, ends, opened):  # type: ignore[no-untyped-def]
    delimiter, longest, final = form
    count = 0
    start = begin
    while start < len(data):
        if data[start] in (_LF, _CR):
            start += 1
            continue
        limit = min(len(data), start + longest + 1)
        end = _row_end(data, start, delimiter, limit)
        unclosed = end < 0
        if unclosed and limit == len(data) and not final:
            break
        if unclosed or end == limit:
            end = _line_end(data, start if unclosed else end)
        if end == len(data) and not final:
            break
        starts[count] = start
        ends[count] = end
        opened[count] = unclosed
        count += 1
        start = end
    return count, start
