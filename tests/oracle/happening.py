"""Events as tests write them, and their way into columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from fraudstream.events import MISSING, NO_CODE, EventBatch, Kind, Spans
from fraudstream.schema import Preset, layout_of

Hash = Callable[[str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: numbers are scaled integers, times ms; absent fields are left out."""

    time: int
    id: int
    kind: Kind = Kind.TRANSACTION
    arrival: int | None = None
    texts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    fraud: int = -1
    content: int = 0


def batch_of(preset: Preset, happenings: Sequence[Happening], hash_text: Hash) -> EventBatch:
    """Columns as the codec would make them."""
    layout, count = layout_of(preset), len(happenings)

    def hashes(happening: Happening) -> list[tuple[int, int]]:
        texts = happening.texts
        return [hash_text(texts[n]) if n in texts else (0, 0) for n in layout.hashed]

    def table(rows: list[list[int]], width: int, missing: type) -> np.ndarray:
        return np.array(rows, missing).reshape(count, width)

    nowhere = np.full((count, 0), -1, np.int64)
    return EventBatch(
        kinds=np.array([h.kind for h in happenings], np.uint8),
        event_times=np.array([h.time for h in happenings], np.int64),
        arrivals=np.array(
            [MISSING if h.arrival is None else h.arrival for h in happenings], np.int64
        ),
        ids=np.array([(h.id, ~h.id) for h in happenings], np.int64)
        .reshape(count, 2)
        .view(np.uint64),
        contents=np.array([h.content for h in happenings], np.uint64),
        hashes=np.array([hashes(h) for h in happenings], np.int64)
        .reshape(count, len(layout.hashed), 2)
        .view(np.uint64),
        numbers=table(
            [[h.numbers.get(n, MISSING) for n in layout.numbers] for h in happenings],
            len(layout.numbers),
            np.int64,
        ),
        codes=table(
            [[h.codes.get(n, NO_CODE) for n in layout.enums] for h in happenings],
            len(layout.enums),
            np.int16,
        ),
        frauds=np.array([h.fraud for h in happenings], np.int8),
        known_ats=np.full(count, MISSING, np.int64),
        amounts=np.array([h.numbers.get("amount", 0) for h in happenings], np.int64),
        currencies=np.zeros(count, np.int16),
        texts=Spans(np.zeros(1, np.uint8), nowhere, nowhere),
        partitions=np.zeros(count, np.int32),
        offsets=np.arange(count, dtype=np.int64),
    )
