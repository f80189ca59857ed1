"""step(state, batch) -> features: the one function that joins a plan and a state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.admission import Admitted
from fraudstream.events import EventBatch, Kind
from fraudstream.features.kernel.observe import observe as observe_rows
from fraudstream.features.kernel.sweep import sweep
from fraudstream.features.plan import Plan
from fraudstream.features.state import FeatureState

__all__ = ["Observed", "observe"]

_CHUNK = 8192
_SWEPT_PER_EVENT = 2
_TRANSACTION = int(Kind.TRANSACTION)


@dataclass(frozen=True, slots=True)
class Observed:
    """Features of a batch's transactions, row by row in log order.

    ``matrix`` is float64 (n, F), NaN = missing; ``flags`` uint8 (n) of ``LATE`` and ``TOO_LATE``.
    """

    matrix: NDArray[np.float64]
    flags: NDArray[np.uint8]


def observe(plan: Plan, state: FeatureState, admitted: Admitted) -> Observed:
    """Compute the features of each transaction and enter it, in one pass.

    Labels, reversals and profiles act where they stand in the batch. The same numbers come out
    however the stream is cut into batches.
    """
    kinds = admitted.events.kinds
    program, events, due = tuple(plan.program), _columns(admitted.events), _due(admitted)
    transactions = int(np.count_nonzero(kinds == _TRANSACTION))
    matrix = np.full((transactions, len(plan.names)), np.nan)
    flags = np.zeros(transactions, np.uint8)
    cursor = np.zeros(4, np.int64)
    places = np.empty(len(plan.program.bounds) + 1, np.int64)
    ages = np.empty(len(plan.program.profiles) + 1, np.int64)
    for start in range(0, len(kinds), _CHUNK):
        stop = min(start + _CHUNK, len(kinds))
        state.reserve(plan, stop - start + len(admitted.due))
        cursor[3] = stop
        while not observe_rows(
            program, tuple(state.memory), events, due, cursor, matrix, flags, places, ages
        ):
            state.widen()
    budget = _SWEPT_PER_EVENT * len(kinds) + 16
    sweep(program, tuple(state.memory), admitted.watermark, budget)
    return Observed(matrix, flags)


def _columns(events: EventBatch) -> tuple[NDArray[Any], ...]:
    """The columns of :class:`~fraudstream.features.kernel.layout.Events`."""
    return (
        events.kinds,
        events.event_times,
        events.arrivals,
        np.ascontiguousarray(events.ids[:, 0]).view(np.int64),
        events.hashes.view(np.int64),
        events.numbers,
        events.codes,
        events.frauds,
    )


def _due(admitted: Admitted) -> tuple[NDArray[np.int64], ...]:
    """The columns of :class:`~fraudstream.features.kernel.layout.Due`."""
    due = admitted.due
    return due.before, due.times, due.ids, due.hashes
