"""What a batch became: the decided transactions as columns, and everything else that was in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import NDArray

from fraudstream.events import EventBatch, Reject

__all__ = ["Action", "DecidedBy", "Flag", "Outcome", "Reason", "Versions"]


class Action(IntEnum):
    """What happens to the transaction; also the tie-break, the gentlest first."""

    APPROVE = 0
    REVIEW = 1
    DECLINE = 2


class DecidedBy(IntEnum):
    """What the action follows from."""

    MODEL = 0
    RULE = 1
    LIST = 2
    FALLBACK = 3


class Flag(IntFlag):
    """Circumstances of a decision."""

    LATE = 1
    """Older than the newest event of one of its keys, within the lateness: entered its windows."""
    TOO_LATE = 2
    """Older than the lateness allows for one of its keys: scored from what is held, not entered."""
    DEGRADED = 4
    """Decided without a part of the system."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of an alert: a feature, its value, what is usual, how much it weighed."""

    source: str
    code: str
    value: float | None
    usual: float | None
    weight: float
    text: str


@dataclass(frozen=True, slots=True)
class Versions:
    """What made a decision."""

    kernel: str
    features: str
    model: str | None
    policy: str
    rules: str | None = None
    lists: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """In the order in which the decision record shows them."""
        return {
            "kernel": self.kernel,
            "features": self.features,
            "model": self.model,
            "policy": self.policy,
            "rules": self.rules,
            "lists": self.lists,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """A batch after the pipeline; row ``i`` of every array belongs to row ``i`` of ``events``.

    ``events`` are the admitted transactions in log order; ``others`` the labels, reversals and
    profiles that were admitted. ``features`` is float64 (n, F), NaN = missing; ``scores`` int64
    (n) in millionths; ``costs`` int64 (n, 3) expected cost of approve, review, decline in minor
    units of the base currency; ``actions``, ``decided_by``, ``flags`` uint8 (n); ``coverage``
    float64 (n) in 0..1. ``reasons`` has an entry for each alerted row. ``decoded`` are all events
    of the batch as they came, also those that were refused.
    """

    source: str
    events: EventBatch
    others: EventBatch
    features: NDArray[np.float64]
    scores: NDArray[np.int64]
    actions: NDArray[np.uint8]
    costs: NDArray[np.int64]
    decided_by: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    coverage: NDArray[np.float64]
    reasons: Mapping[int, tuple[Reason, ...]]
    rejects: tuple[Reject, ...]
    decoded: EventBatch
    versions: Versions

    def __len__(self) -> int:
        return len(self.events)
