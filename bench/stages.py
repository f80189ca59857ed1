"""The engine under the stopwatch: stage by stage, whole batches, single events."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter_ns

import numpy as np
from numpy.typing import NDArray

from bench.workload import LATER, Messages, Workload
from fraudstream.admission import admit
from fraudstream.decisions import Form, Outcome, decide, encode, form_of
from fraudstream.events import NO_TIMESTAMP, Lines, Records
from fraudstream.features import observe
from fraudstream.pipeline import Extracted, State, step
from fraudstream.wiring.building import Deciding

__all__ = ["STAGES", "Engine", "Singles"]

STAGES = ("decode", "features", "score", "decide", "encode")


@dataclass(frozen=True, slots=True)
class Singles:
    """Nanoseconds of each event that came alone, and which of them raised an alert."""

    times: NDArray[np.int64]
    alerts: NDArray[np.bool_]


class Engine:
    """A program with a state of its own, so that each way of timing it sees the whole stream."""

    def __init__(self, work: Workload, state: State) -> None:
        self.program: Deciding = work.program
        self.form: Form = form_of(work.preset)
        self.state = State.restore(work.program.pipeline.extractor, state.snapshot())

    def stages(self, records: Records) -> dict[str, float]:
        """Microseconds an event of each stage."""
        extractor = self.program.pipeline.extractor
        decider = self.program.pipeline.decider
        marks = [perf_counter_ns()]
        decoded = extractor.decoder.decode(records)
        marks.append(perf_counter_ns())
        admitted = admit(self.state.admission, decoded.events, LATER)
        observed = observe(extractor.plan, self.state.features, admitted)
        marks.append(perf_counter_ns())
        scores = decider.scorer.score(observed.matrix)
        marks.append(perf_counter_ns())
        extracted = Extracted(
            source=records.source,
            events=admitted.events,
            others=admitted.events.take(np.array([], np.intp)),
            matrix=observed.matrix,
            flags=observed.flags,
            coverage=np.ones(len(observed.flags)),
            rejects=(),
            decoded=decoded.events,
        )
        outcome = decide(decider, extracted, scores)
        marks.append(perf_counter_ns())
        encode(outcome, self.form)
        marks.append(perf_counter_ns())
        spent = np.diff(marks) / len(records) / 1000.0
        return dict(zip(STAGES, spent.tolist(), strict=True))

    def batch(self, records: Records) -> tuple[float, Outcome]:
        """Microseconds an event from JSON bytes to decision bytes, and what was decided."""
        begun = perf_counter_ns()
        outcome = step(self.program.pipeline, self.state, records, LATER)
        encode(outcome, self.form)
        return (perf_counter_ns() - begun) / len(records) / 1000.0, outcome

    def singles(self, messages: Messages, first: int, end: int) -> Singles:
        """Each message alone, from its bytes to the bytes of its decision."""
        times = np.empty(end - first, np.int64)
        alerts = np.zeros(end - first, np.bool_)
        for i in range(end - first):
            message = messages.lines.raw(first + i)
            begun = perf_counter_ns()
            outcome = step(self.program.pipeline, self.state, _alone(message, first + i), LATER)
            encode(outcome, self.form)
            times[i] = perf_counter_ns() - begun
            alerts[i] = outcome.actions[0] != 0
        return Singles(times, alerts)


_PARTITION = np.zeros(1, np.int32)
_UNSTAMPED = np.full(1, NO_TIMESTAMP, np.int64)


def _alone(message: bytes, offset: int) -> Records:
    lines = Lines.of([message])
    return Records("bench", lines, _PARTITION, np.array([offset]), _UNSTAMPED)
