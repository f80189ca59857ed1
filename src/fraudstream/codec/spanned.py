"""The one form that all formats take before they are read: where each field of each message lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudstream.codec.program import Plan
from fraudstream.codec.scan import gather, scan
from fraudstream.codec.values import ABSENT
from fraudstream.codec.words import I64, PAD, U8
from fraudstream.events import Lines

__all__ = ["Spanned", "spans_of_lines"]


@dataclass(frozen=True, slots=True)
class Spanned:
    """``data[spans[i, s, 0]:spans[i, s, 1]]`` is what message ``i`` says at path ``s``.

    ``types`` (n, slots) says what that is (:mod:`fraudstream.codec.values`), ``faults`` (n, 2)
    which messages cannot be read at all. From ``side`` on, ``data`` has room for more.
    """

    data: U8
    side: int
    spans: I64
    types: U8
    faults: I64

    def shown(self, row: int, slot: int) -> bytes | None:
        """The text of a value, None where it is no text or number."""
        start, end = self.spans[row, slot]
        return self.data[start:end].tobytes() if 0 <= start <= end else None


def spans_of_lines(lines: Lines, plan: Plan, max_bytes: int, room: int) -> Spanned:
    """Scan JSON messages; ``room`` bytes of the side buffer are kept for each message."""
    rows, slots = len(lines), len(plan.paths.paths)
    # a 0 after each message, and unescaped texts are no longer than the escaped
    size = 2 * int((lines.ends - lines.starts).sum()) + rows
    data = np.empty(size + rows * room + PAD, np.uint8)
    source = lines.data.view()
    source.flags.writeable = False  # one compiled version, whoever owns the bytes
    bounds = gather(source, lines.starts, lines.ends, data)
    spans = np.empty((rows, slots, 2), np.int64)
    types = np.full((rows, slots), ABSENT, np.uint8)
    faults = np.empty((rows, 2), np.int64)
    sizes = np.array([max_bytes, len(plan.paths.keys)], np.int64)
    side = int(bounds[-1, 1]) + 1 if rows else 0
    side = scan(data, bounds, plan.program.names, sizes, spans, types, faults, side)
    return Spanned(data, side, spans, types, faults)
