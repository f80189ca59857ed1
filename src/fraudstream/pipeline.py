"""The whole system on one page: what happens to a batch of messages.

    records -> decode -> admit -> observe -> score -> decide -> outcome

Nothing here does I/O or reads a clock. An outcome is a function of the records, the state they met
and the parts of the pipeline: live, in training, in a replay and on a cluster this is what runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.admission import Admission, Admitted, Entry, admit
from fraudstream.codec import Decoded, Decoder
from fraudstream.decisions import Decider, Outcome, decide
from fraudstream.events import EventBatch, Kind, Records, Reject
from fraudstream.features import FeatureState, Observed, Plan, observe, plan_of
from fraudstream.schema import Preset

__all__ = ["Extracted", "Extractor", "Pipeline", "State", "extract", "gathered", "step"]

_TRANSACTION = int(Kind.TRANSACTION)


@dataclass(frozen=True, slots=True)
class Extractor:
    """From messages to features: everything before the model. Made from a preset alone."""

    decoder: Decoder
    entry: Entry
    plan: Plan

    @classmethod
    def of(cls, preset: Preset, secret: bytes) -> Extractor:
        """The extractor of a preset; ``secret`` (16 bytes) keys every hash of an id."""
        return cls(Decoder(preset, secret), Entry.of(preset), plan_of(preset, secret))


@dataclass(frozen=True, slots=True)
class Pipeline:
    """An extractor and what decides: it does not change within a batch, and may between two."""

    extractor: Extractor
    decider: Decider


@dataclass(frozen=True, slots=True)
class Extracted:
    """A batch with its features, row by row: ``events`` are the admitted transactions in log order.

    ``others`` are the admitted labels, reversals and profiles; ``matrix`` is float64 (n, F) with
    NaN for missing; ``flags`` uint8 (n); ``coverage`` float64 (n), the share of the longest window
    that the state has seen. ``decoded`` are all events, also those that were refused.
    """

    source: str
    events: EventBatch
    others: EventBatch
    matrix: NDArray[np.float64]
    flags: NDArray[np.uint8]
    coverage: NDArray[np.float64]
    rejects: tuple[Reject, ...]
    decoded: EventBatch


@dataclass(frozen=True, slots=True)
class State:
    """What the past has left behind: clocks and ids seen, and the history of every entity."""

    admission: Admission
    features: FeatureState

    @classmethod
    def empty(cls, extractor: Extractor) -> State:
        """Before the first event."""
        return cls(Admission.empty(extractor.entry), FeatureState.empty(extractor.plan))

    def snapshot(self) -> dict[str, NDArray[np.generic]]:
        """Copies of all arrays, by name."""
        parts = {"admission": self.admission.snapshot(), "features": self.features.snapshot()}
        return {f"{part}.{name}": a for part, arrays in parts.items() for name, a in arrays.items()}

    @classmethod
    def restore(cls, extractor: Extractor, arrays: Mapping[str, NDArray[np.generic]]) -> State:
        """The state of which ``arrays`` are a snapshot; raises ``CheckpointIncompatible``."""
        parts: dict[str, dict[str, NDArray[np.generic]]] = {"admission": {}, "features": {}}
        for name, array in arrays.items():
            part, _, rest = name.partition(".")
            parts[part][rest] = array
        return cls(
            Admission.restore(extractor.entry, parts["admission"]),
            FeatureState.restore(extractor.plan, parts["features"]),
        )

    @property
    def bytes(self) -> int:
        """Memory in use."""
        return self.admission.bytes + self.features.usage().bytes


def extract(extractor: Extractor, state: State, records: Records, as_of: int) -> Extracted:
    """Compute the features of a batch and take it into the state.

    ``as_of`` is UTC ms: a later event time is not believed. The same numbers come out however the
    log is cut into batches.
    """
    decoded = extractor.decoder.decode(records)
    admitted = admit(state.admission, decoded.events, as_of)
    observed = observe(extractor.plan, state.features, admitted)
    return gathered(extractor, records, decoded, admitted, observed)


def gathered(
    extractor: Extractor, records: Records, decoded: Decoded, admitted: Admitted, observed: Observed
) -> Extracted:
    """What is known of a batch, brought together for decisions."""
    events = admitted.events
    transactions = events.kinds == _TRANSACTION
    whole = bool(transactions.all())
    return Extracted(
        source=records.source,
        events=events if whole else events.take(np.flatnonzero(transactions)),
        others=events.none() if whole else events.take(np.flatnonzero(~transactions)),
        matrix=observed.matrix,
        flags=observed.flags,
        coverage=_coverage(admitted, transactions, extractor.plan.horizon),
        rejects=_rejects(extractor.decoder, records, decoded, admitted),
        decoded=decoded.events,
    )


def step(pipeline: Pipeline, state: State, records: Records, as_of: int) -> Outcome:
    """Decide a batch."""
    extracted = extract(pipeline.extractor, state, records, as_of)
    scores = pipeline.decider.scorer.score(extracted.matrix)
    return decide(pipeline.decider, extracted, scores)


def _coverage(
    admitted: Admitted, transactions: NDArray[np.bool_], horizon: int
) -> NDArray[np.float64]:
    """Rounded down to whole ten-thousandths, so that it prints the same everywhere."""
    seen = admitted.events.arrivals[transactions] - admitted.began
    return np.minimum(10_000, seen * 10_000 // max(1, horizon)) / 10_000.0


def _rejects(
    decoder: Decoder, records: Records, decoded: Decoded, admitted: Admitted
) -> tuple[Reject, ...]:
    """What decoding and admission refused, in log order."""
    if not admitted.refused:
        return decoded.rejects
    refused = []
    for refusal in admitted.refused:
        row = int(decoded.rows[refusal.row])
        refused.append(
            Reject(
                reason=refusal.reason,
                detail=refusal.detail(records.source),
                raw=decoder.raw(records, row),
                partition=int(records.partitions[row]),
                offset=int(records.offsets[row]),
                field="transaction_id" if refusal.first else "event_time",
                first=refusal.first,
                envelope=decoder.envelope(records, row),
            )
        )
    everything = (*decoded.rejects, *refused)
    return tuple(sorted(everything, key=lambda reject: (reject.partition, reject.offset)))
