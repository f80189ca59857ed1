"""What a state holds, lets go of, and keeps over a restart."""

from __future__ import annotations

import numpy as np
import pytest
from tests.oracle.happening import Happening
from tests.oracle.presets import DAY, HOUR, MINUTE, preset_of
from tests.oracle.running import SECRET, Kernel

from fraudstream.errors import CheckpointIncompatible
from fraudstream.events import Kind
from fraudstream.features import FeatureState, plan_of
from fraudstream.schema import Aggregate, Function

NOON = 1_700_000_000_000
COUNTED = Aggregate("n", "account", Function.COUNT, HOUR)
DEVICES = Aggregate("d", "account", Function.DISTINCT, HOUR, "device_id")


def visit(time: int, number: int, account: str) -> Happening:
    texts = {"account_id": account, "device_id": f"d{number}"}
    return Happening(time, number, arrival=time, texts=texts, numbers={"amount": 100})


def test_idle_keys_and_their_values_are_freed() -> None:
    kernel = Kernel(preset_of([COUNTED, DEVICES]))
    for minute in range(0, 40 * 24 * 60, 10):
        kernel.take([visit(NOON + minute * MINUTE, minute + 1, f"a{minute}")])
    usage = kernel.state.usage()
    assert usage.keys < 40
    assert usage.values < 40


def test_memory_stays_bounded_while_customers_come_and_go() -> None:
    kernel, sizes = Kernel(preset_of([COUNTED, DEVICES])), []
    for day in range(30):
        start = NOON + day * DAY
        visits = [visit(start + i * 1000, day * 10_000 + i, f"a{day}-{i}") for i in range(2_000)]
        kernel.take(visits)
        sizes.append(kernel.state.usage().bytes)
    assert max(sizes[10:]) <= 1.5 * max(sizes[:10])


def test_a_label_whose_transaction_never_comes_is_let_go() -> None:
    kernel = Kernel(preset_of([Aggregate("f", "account", Function.FRAUD_COUNT, HOUR)]))
    for i in range(2_000):
        time = NOON + i * MINUTE
        label = Happening(time, -i - 1, Kind.LABEL, time, {"account_id": f"a{i}"}, fraud=1)
        kernel.take([label, visit(time, i + 1, "a")])
    assert kernel.state.usage().early < 200


def test_a_single_event_and_a_batch_give_the_same_bits() -> None:
    events = [visit(NOON + (i * 37) % 500 * MINUTE // 10, i + 1, f"a{i % 5}") for i in range(600)]
    preset = preset_of([COUNTED, DEVICES])
    whole, flags = Kernel(preset).take(events)
    kernel = Kernel(preset)
    single = [kernel.take([event]) for event in events]
    assert np.concatenate([matrix for matrix, _ in single]).tobytes() == whole.tobytes()
    assert np.concatenate([late for _, late in single]).tobytes() == flags.tobytes()


def test_more_events_than_a_chunk_are_one_batch_still() -> None:
    events = [visit(NOON + i * 100, i + 1, f"a{i % 50}") for i in range(20_000)]
    preset = preset_of([COUNTED])
    whole, _ = Kernel(preset).take(events)
    kernel = Kernel(preset)
    parts = [kernel.take(events[i : i + 999])[0] for i in range(0, len(events), 999)]
    assert np.array_equal(np.concatenate(parts), whole)


def test_a_snapshot_of_other_features_is_refused() -> None:
    one = Kernel(preset_of([COUNTED]))
    other = plan_of(preset_of([COUNTED, Aggregate("m", "merchant", Function.COUNT, HOUR)]), SECRET)
    with pytest.raises(CheckpointIncompatible, match="another layout"):
        FeatureState.restore(other, one.state.snapshot())


def test_a_snapshot_is_not_changed_by_what_comes_after_it() -> None:
    kernel = Kernel(preset_of([COUNTED]))
    kernel.take([visit(NOON, 1, "a")])
    before = {name: array.copy() for name, array in kernel.state.snapshot().items()}
    kept = kernel.state.snapshot()
    kernel.take([visit(NOON + i, i + 1, f"a{i}") for i in range(1, 500)])
    assert all(np.array_equal(kept[name], before[name]) for name in before)
