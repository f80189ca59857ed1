"""One merchant that everybody buys from, and whose transactions are often a little late."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter_ns

import numpy as np

from bench.workload import BATCH, LATER, Messages, Workload
from fraudstream.admission import admit
from fraudstream.events import EventBatch
from fraudstream.features import observe
from fraudstream.pipeline import State

__all__ = ["LATE_SHARE", "hot_key"]

LATE_SHARE = 0.1
MOST_LATE = 10_000
"""ms: at 100 transactions a second up to 1,000 newer ones make room for a late one."""

_GAP = 10
_COUNT = 12 * BATCH


def hot_key(work: Workload, late_share: float) -> float:
    """Microseconds an event of the feature stage, once the key holds half of the events."""
    extractor = work.program.pipeline.extractor
    state = State.empty(extractor)
    spent = []
    for events in _batches(work, late_share):
        begun = perf_counter_ns()
        observe(extractor.plan, state.features, admit(state.admission, events, LATER))
        spent.append((perf_counter_ns() - begun) / len(events) / 1000.0)
    return float(np.median(spent[len(spent) // 2 :]))


def _batches(work: Workload, late_share: float) -> list[EventBatch]:
    chance = np.random.default_rng(1)
    decoder = work.program.pipeline.extractor.decoder
    merchant = work.program.pipeline.extractor.plan.layout.hashed.index("merchant_id")
    lines = work.past.lines
    some = Messages(type(lines)(lines.data, lines.starts[:_COUNT], lines.ends[:_COUNT]))
    batches, clock = [], 1_767_600_000_000
    for records in some.batches():
        events = decoder.decode(records).events
        count = len(events)
        arrivals = clock + _GAP * np.arange(count)
        clock = int(arrivals[-1]) + _GAP
        late = (chance.random(count) < late_share) * chance.integers(1, MOST_LATE, count)
        hashes = events.hashes.copy()
        hashes[:, merchant] = 1, 2
        batches.append(
            replace(events, event_times=arrivals - late, arrivals=arrivals, hashes=hashes)
        )
    return batches
