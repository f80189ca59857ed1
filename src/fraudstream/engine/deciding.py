"""The pipeline as a program that the engine can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fraudstream.decisions import Outcome
from fraudstream.engine.program import Arrays
from fraudstream.events import Records
from fraudstream.pipeline import Pipeline, State, step

__all__ = ["Deciding"]


@dataclass(frozen=True, slots=True)
class Deciding:
    """One pipeline: its state depends on the features, its decisions on everything."""

    pipeline: Pipeline

    @property
    def fingerprint(self) -> str:
        """The one of the features, kernel included."""
        return self.pipeline.extractor.plan.fingerprint

    @property
    def versions(self) -> Mapping[str, str | None]:
        """What the journal and every decision say."""
        return self.pipeline.decider.versions.as_dict()

    def empty(self) -> State:
        """Nothing seen yet."""
        return State.empty(self.pipeline.extractor)

    def restore(self, arrays: Arrays) -> State:
        """The state of a checkpoint."""
        return State.restore(self.pipeline.extractor, arrays)

    def snapshot(self, state: State) -> Arrays:
        """The state for a checkpoint."""
        return state.snapshot()

    def step(self, state: State, records: Records, as_of: int) -> Outcome:
        """Decide a batch."""
        return step(self.pipeline, state, records, as_of)
