"""One random preset over one random stream, by the kernel and by brute force."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.events import Kind
from tests.oracle.happening import Happening
from tests.oracle.presets import DAY, HOUR, MINUTE, SECOND, preset_of, random_features
from tests.oracle.running import Kernel, colliding, differences, expected, plain
from tests.oracle.streams import Weather, stream

__all__ = ["Compared", "compare"]

FEATURES = 80
WINDOWS = [SECOND, 30 * SECOND, 10 * MINUTE, HOUR, 5 * HOUR, DAY, 30 * DAY, 90 * DAY]
COPIES = 0.05
SNAPSHOTS = 0.2


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of one stream; ``example`` tells the first difference."""

    seed: int
    comparisons: int
    mismatches: int
    example: str


def compare(seed: int) -> Compared:
    """Random batches, now and then restored from a snapshot; every feature and flag compared."""
    chance = random.Random(seed)
    weather = _weather(chance)
    preset = preset_of(random_features(chance, FEATURES, WINDOWS), weather.lateness)
    events = stream(chance, chance.randrange(50, 400), weather)
    right, right_flags = expected(preset, events)
    kernel = Kernel(preset, plain if chance.random() < 0.5 else colliding)
    found, flags = _in_batches(chance, kernel, _with_copies(chance, events))
    if found.shape != right.shape:
        shapes = f"{len(found)} transactions were admitted, not {len(right)}"
        return Compared(seed, right.size, right.size, shapes)
    same = (found == right) | (np.isnan(found) & np.isnan(right))
    mismatches = np.count_nonzero(~same) + np.count_nonzero(flags != right_flags)
    examples = differences(preset, found, right) or ["a flag"]
    return Compared(seed, right.size, int(mismatches), examples[0] if mismatches else "")


def _in_batches(
    chance: random.Random, kernel: Kernel, events: Sequence[Happening]
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    found, flags, position = [], [], 0
    while position < len(events):
        size = chance.choice([1, 7, 64, 500])
        matrix, late = kernel.take(events[position : position + size])
        found.append(matrix)
        flags.append(late)
        position += size
        if chance.random() < SNAPSHOTS:
            kernel.restart()
    return np.concatenate(found), np.concatenate(flags)


def _weather(chance: random.Random) -> Weather:
    """From a few hot keys to many idle ones, from milliseconds to hours between events."""
    return Weather(
        accounts=chance.choice([1, 3, 40]),
        merchants=chance.choice([1, 2, 20]),
        step=chance.choice([10, 60_000, 600_000, 6 * HOUR]),
        late=chance.choice([0.0, 0.15, 0.5]),
        equal=chance.choice([0.05, 0.2, 0.7]),
        labels=chance.choice([0.02, 0.15, 0.3]),
        reversals=chance.choice([0.0, 0.05, 0.2]),
        lateness=chance.choice([MINUTE, HOUR]),
    )


def _with_copies(chance: random.Random, events: Sequence[Happening]) -> list[Happening]:
    """Transactions that come again soon, the same or with another amount: admission stops them."""
    met: list[Happening] = []
    sent: list[Happening] = []
    for event in events:
        clock = event.arrival or 0
        again = [old for old in met[-20:] if clock - (old.arrival or 0) < DAY]
        if again and chance.random() < COPIES:
            first = chance.choice(again)
            changed = {**first.numbers, "amount": first.numbers["amount"] + 1}
            conflict = replace(first, arrival=clock, numbers=changed, content=first.content + 1)
            sent.append(chance.choice([replace(first, arrival=clock), conflict]))
        sent.append(event)
        if event.kind is Kind.TRANSACTION:
            met.append(event)
    return sent
