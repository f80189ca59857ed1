"""What a key and an event cost to remember."""

from __future__ import annotations

import numpy as np

from bench.workload import LATER, Messages, Workload
from fraudstream.pipeline import Extractor, State, extract

__all__ = ["bytes_per_event", "bytes_per_key"]

_KEYS = 50_000
_ONE = (
    b'{"transaction_id":"tx_%d","event_time":"2026-01-05T12:00:00Z","amount":12.5,'
    b'"currency":"EUR","type":"purchase","account_id":"acc_%d"}\n'
)


def bytes_per_key(extractor: Extractor) -> float:
    """Bytes of feature state for an account that was seen once and has been idle since."""
    state = State.empty(extractor)
    messages = Messages.of(b"".join(_ONE % (k, k) for k in range(_KEYS)))
    for records in messages.batches():
        extract(extractor, state, records, LATER)
    usage = state.features.usage()
    return usage.bytes / usage.keys


def bytes_per_event(work: Workload, state: State) -> float:
    """Bytes of the warmed state, keys and all four entities, for each transaction it holds."""
    extractor = work.program.pipeline.extractor
    reach = extractor.plan.horizon + work.preset.input.lateness
    times = np.concatenate(
        [extractor.decoder.decode(records).events.event_times for records in work.past.batches()]
    )
    held = int(np.count_nonzero(times > times.max() - reach))
    return state.features.usage().bytes / held
