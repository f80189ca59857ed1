"""The one form that all formats take before they are read: where each field lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudstream.codec.program import Plan
from fraudstream.codec.scan import MAX_DEPTH, gather, scan, total_length
from fraudstream.codec.words import I64, PAD, U8
from fraudstream.events import Lines

__all__ = ["Spanned", "spans_of_lines"]


@dataclass(frozen=True, slots=True)
class Spanned:
    """What message ``i`` says at path ``s`` is of type ``spans[i, s, 0]`` and lies in ``data`` from
    ``spans[i, s, 1]`` to ``spans[i, s, 2]``.

    The types are those of :mod:`fraudstream.codec.values`. ``faults`` (n, 2) say which messages
    cannot be read at all. From ``side`` on, ``data`` has room for more.
    """

    data: U8
    side: int
    spans: I64
    faults: I64

    def shown(self, row: int, slot: int) -> bytes | None:
        """The text of a value, None where it is no text or number."""
        _, start, end = self.spans[row, slot].tolist()
        return self.data[start:end].tobytes() if 0 <= start <= end else None


def spans_of_lines(lines: Lines, plan: Plan, room: int) -> Spanned:
    """Scan JSON messages; ``room`` bytes of the side buffer are kept for each message."""
    rows, slots = len(lines), len(plan.paths.paths)
    # a 0 after each message, and unescaped texts are no longer than the escaped
    size = 2 * total_length(lines.starts, lines.ends) + rows
    data = np.empty(size + rows * room + PAD, np.uint8)
    source = lines.data.view()
    source.flags.writeable = False  # one compiled version, whoever owns the bytes
    bounds = gather(source, lines.starts, lines.ends, data)
    spans = np.empty((rows, slots, 3), np.int64)
    faults = np.empty((rows, 2), np.int64)
    scratch = np.empty(2 * MAX_DEPTH + len(plan.paths.keys), np.int64)
    side = scan(data, bounds, plan.table, spans, faults, scratch)
    return Spanned(data, side, spans, faults)
