"""From scores to decisions: one function over the columns of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fraudstream.decisions.outcome import DecidedBy, Outcome, Reason, Versions
from fraudstream.decisions.policy import Policy, price
from fraudstream.decisions.reasons import Vocabulary, reasons_of
from fraudstream.events import EventBatch, Reject
from fraudstream.scoring.scorer import Scorer

__all__ = ["Decider", "Extracted", "decide"]

_BY_MODEL = np.uint8(DecidedBy.MODEL)


class Extracted(Protocol):
    """What the pipeline knows of a batch before it is scored; columns as in :class:`Outcome`."""

    @property
    def source(self) -> str:
        """Name of the log."""
        ...

    @property
    def events(self) -> EventBatch:
        """The admitted transactions, in log order."""
        ...

    @property
    def others(self) -> EventBatch:
        """Admitted labels, reversals and profiles."""
        ...

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Features (n, F), NaN = missing."""
        ...

    @property
    def flags(self) -> NDArray[np.uint8]:
        """Sets of :class:`Flag` (n)."""
        ...

    @property
    def coverage(self) -> NDArray[np.float64]:
        """Share of the longest window that the state has seen (n)."""
        ...

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """What could not be used."""
        ...

    @property
    def decoded(self) -> EventBatch:
        """All events, also those that were refused."""
        ...


@dataclass(frozen=True, slots=True)
class Decider:
    """Everything that decisions depend on besides the batch; ``versions`` names all of it."""

    policy: Policy
    scorer: Scorer
    vocabulary: Vocabulary
    versions: Versions


def decide(decider: Decider, extracted: Extracted, scores: NDArray[np.int64]) -> Outcome:
    """Choose the cheapest action for each transaction and say why where it is not to approve.

    ``scores`` (n) are the scorer's, in millionths. A row's decision depends on that row alone.
    """
    events = extracted.events
    actions, costs = price(decider.policy, scores, events.numbers[:, 0])
    return Outcome(
        source=extracted.source,
        events=events,
        others=extracted.others,
        features=extracted.matrix,
        scores=scores,
        actions=actions,
        costs=costs,
        decided_by=np.full(len(events), _BY_MODEL),
        flags=extracted.flags,
        coverage=extracted.coverage,
        reasons=_reasons(decider, extracted.matrix, actions),
        rejects=extracted.rejects,
        decoded=extracted.decoded,
        versions=decider.versions,
    )


def _reasons(
    decider: Decider, matrix: NDArray[np.float64], actions: NDArray[np.uint8]
) -> dict[int, tuple[Reason, ...]]:
    alerts = np.flatnonzero(actions)
    if not len(alerts):
        return {}
    values = matrix[alerts]
    contributions = decider.scorer.explain(values)
    return {
        row: reasons_of(decider.vocabulary, values[k], contributions[k])
        for k, row in enumerate(alerts.tolist())
    }
