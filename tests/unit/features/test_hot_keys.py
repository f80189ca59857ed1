"""A key with thousands of events stays exact, also where blocks of 64 and 4096 answer."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.oracle.happening import Happening
from tests.oracle.presets import HOUR, MINUTE, SECOND, preset_of
from tests.oracle.running import Kernel

from fraudstream.events import Kind
from fraudstream.schema import Aggregate, Function

NOON = 1_700_000_000_000
COUNT = 12_000
WINDOW = 2 * HOUR


def hot_stream(late: float) -> list[Happening]:
    """One merchant, a transaction a second, a share of them up to five minutes late."""
    chance = np.random.default_rng(7)
    events = []
    for i in range(COUNT):
        behind = int(chance.integers(5 * MINUTE)) if chance.random() < late else 0
        events.append(
            Happening(
                NOON + i * SECOND - behind,
                i + 1,
                arrival=NOON + i * SECOND,
                texts={"merchant_id": "m", "device_id": f"d{int(chance.integers(300))}"},
                numbers={"amount": int(chance.integers(1, 1_000_000))},
                codes={"channel": int(chance.integers(3))},
            )
        )
    return events


FEATURES = [
    Aggregate("n", "merchant", Function.COUNT, WINDOW),
    Aggregate("ecom", "merchant", Function.COUNT, WINDOW, filter="ecom"),
    Aggregate("sum", "merchant", Function.SUM, WINDOW, "amount"),
    Aggregate("max", "merchant", Function.MAX, WINDOW, "amount"),
    Aggregate("min", "merchant", Function.MIN, WINDOW, "amount", filter="ecom"),
    Aggregate("devices", "merchant", Function.DISTINCT, WINDOW, "device_id"),
]


def by_masks(events: list[Happening], rows: list[int]) -> NDArray[np.float64]:
    """The same features for some rows, by looking at all earlier events at once."""
    times = np.array([e.time for e in events])
    amounts = np.array([e.numbers["amount"] for e in events])
    ecom = np.array([e.codes["channel"] == 1 for e in events])
    devices = np.array([e.texts["device_id"] for e in events])
    right = []
    for i in rows:
        seen = (times[:i] > times[i] - WINDOW) & (times[:i] <= times[i])
        online = seen & ecom[:i]
        right.append(
            [
                seen.sum(),
                online.sum(),
                amounts[:i][seen].sum() / 100,
                amounts[:i][seen].max() / 100,
                amounts[:i][online].min() / 100,
                len(set(devices[:i][seen])),
            ]
        )
    return np.array(right, np.float64)


@pytest.mark.parametrize("late", [0.0, 0.1])
def test_a_hot_key_is_exact_with_and_without_late_events(late: float) -> None:
    events = hot_stream(late)
    found, _ = Kernel(preset_of(FEATURES)).take(events)
    rows = list(range(100, COUNT, 7))
    assert np.array_equal(found[rows], by_masks(events, rows))


def test_a_reversal_in_a_hot_key_is_as_if_it_had_never_come() -> None:
    events = hot_stream(0.1)
    gone = {2_000, 5_000, 9_999}
    reversals = [
        Happening(events[i].time, i + 1, kind=Kind.REVERSAL, arrival=events[9_999].arrival,
                  texts=events[i].texts)
        for i in sorted(gone)
    ]  # fmt: skip
    found, _ = Kernel(preset_of(FEATURES)).take([*events[:10_000], *reversals, *events[10_000:]])
    kept = [event for i, event in enumerate(events) if i not in gone]
    rows = list(range(10_000, len(kept), 7))
    assert np.array_equal(found[[row + len(gone) for row in rows]], by_masks(kept, rows))
