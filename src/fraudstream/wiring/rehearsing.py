"""Making ready: an engine that says it leads has compiled, or loaded, all that a batch needs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fraudstream.admission import Admitted, admit
from fraudstream.admission.admit import DueLabels
from fraudstream.decisions import Outcome, decide, encode, form_of
from fraudstream.events import NO_TIMESTAMP, EventBatch, Kind, Lines, Records
from fraudstream.events.batch import Spans
from fraudstream.features import observe
from fraudstream.pipeline import gathered
from fraudstream.ports import Entry, Rehearsing, Sink
from fraudstream.schema import Layout, Preset
from fraudstream.wiring.building import Deciding

__all__ = ["one_transaction", "rehearse"]


def rehearse(program: Deciding, preset: Preset, sinks: Iterable[Sink[Outcome]]) -> None:
    """Take next to nothing through every stage, and leave no trace of it."""
    extractor, decider = program.pipeline.extractor, program.pipeline.decider
    state, records = program.empty(), _one_record()
    decoded = extractor.decoder.decode(records)
    admit(state.admission, decoded.events, 0)
    admitted = one_transaction(extractor.plan.layout)
    observed = observe(extractor.plan, state.features, admitted)
    extracted = gathered(extractor, records, decoded, admitted, observed)
    decider.scorer.explain(observed.matrix)
    outcome = decide(decider, extracted, decider.scorer.score(observed.matrix))
    encode(outcome, form_of(preset))
    entry = Entry(0, {0: 0}, {0: 1}, 0, program.versions, 0)
    for sink in sinks:
        if isinstance(sink, Rehearsing):
            sink.rehearse(entry, outcome)


def _one_record() -> Records:
    """A message that says nothing."""
    place, stamp = np.zeros(1, np.int32), np.full(1, NO_TIMESTAMP, np.int64)
    return Records("rehearsal", Lines.of([b"{}"]), place, np.zeros(1, np.int64), stamp)


def one_transaction(layout: Layout) -> Admitted:
    """A batch of one transaction that says nothing, in the types of any other."""
    zero, texts = np.zeros(1, np.int64), np.zeros((1, len(layout.texts)), np.int64)
    events = EventBatch(
        kinds=np.full(1, Kind.TRANSACTION, np.uint8),
        event_times=zero,
        arrivals=zero,
        ids=np.zeros((1, 2), np.uint64),
        contents=np.zeros(1, np.uint64),
        hashes=np.zeros((1, len(layout.hashed), 2), np.uint64),
        numbers=np.zeros((1, len(layout.numbers)), np.int64),
        codes=np.zeros((1, len(layout.enums)), np.int16),
        frauds=np.full(1, -1, np.int8),
        known_ats=zero,
        amounts=zero,
        currencies=np.zeros(1, np.int16),
        texts=Spans(np.empty(0, np.uint8), texts, texts),
        partitions=np.zeros(1, np.int32),
        offsets=zero,
    )
    none = np.empty(0, np.int64)
    due = DueLabels(none, none, none, np.empty((0, len(layout.hashed), 2), np.int64))
    return Admitted(events, np.zeros(1, np.intp), due, (), 0, 0)
