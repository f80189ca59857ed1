"""Joining preset, model and secret into what the engine runs."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fraudstream.config import Home, Settings
from fraudstream.decisions import Decider, Outcome, Policy, Versions, Vocabulary
from fraudstream.engine.program import Arrays
from fraudstream.events import Records
from fraudstream.pipeline import Extractor, Pipeline, State, step
from fraudstream.schema import Preset, explain_value, words_of
from fraudstream.scoring import Model, check

__all__ = ["Deciding", "deciding", "hashing_key", "with_model"]

KEY_BYTES = 16


def hashing_key(settings: Settings) -> bytes:
    """The 16 bytes that key every hash of an id, from the secret."""
    given = settings.secret.get_secret_value() if settings.secret else None
    secret = Home(settings.home).secret(given)
    return hashlib.blake2b(secret, digest_size=KEY_BYTES, person=b"fraudstream").digest()


@dataclass(frozen=True, slots=True)
class Deciding:
    """A pipeline as the engine sees it; an :class:`fraudstream.engine.Program`.

    ``fingerprint`` covers the features, their kernel and the key of the hashes: a state is of use
    only to those.
    """

    pipeline: Pipeline
    fingerprint: str

    @property
    def versions(self) -> Mapping[str, str | None]:
        """What the decisions depend on."""
        return self.pipeline.decider.versions.as_dict()

    def empty(self) -> State:
        """The state before the first batch."""
        return State.empty(self.pipeline.extractor)

    def restore(self, arrays: Arrays) -> State:
        """The state that ``snapshot`` gave."""
        return State.restore(self.pipeline.extractor, arrays)

    def snapshot(self, state: State) -> Arrays:
        """The state as arrays."""
        return state.snapshot()

    def memory(self, state: State) -> int:
        """Bytes that the state takes."""
        return state.bytes

    def step(self, state: State, records: Records, as_of: int) -> Outcome:
        """Decide a batch."""
        return step(self.pipeline, state, records, as_of)


@dataclass(slots=True)
class Unscored:
    """Stands in where there is no model: every transaction scores 0 and is approved."""

    feature_names: tuple[str, ...]
    version: str = "none"

    def score(self, matrix: NDArray[np.float64]) -> NDArray[np.int64]:
        """Zeros."""
        return np.zeros(len(matrix), np.int64)

    def explain(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Nothing contributes."""
        return np.zeros_like(matrix)


def deciding(preset: Preset, key: bytes, model: Model | None = None) -> Deciding:
    """What decides a preset's transactions; raises ``ModelIncompatible`` for another's model."""
    return with_model(Extractor.of(preset, key), preset, key, model)


def with_model(extractor: Extractor, preset: Preset, key: bytes, model: Model | None) -> Deciding:
    """The same with an extractor that exists: another model does not need another one."""
    plan = extractor.plan
    if model is not None:
        check(model, plan.fingerprint, plan.names)
    policy = Policy.of(preset.costs, model.review_threshold if model else 0)
    vocabulary = Vocabulary(
        features=(*preset.inputs, *preset.features),
        usual=model.usual if model else (math.nan,) * len(plan.names),
        phrase=partial(explain_value, words=words_of(preset)),
    )
    version = model.version if model else None
    versions = Versions(plan.kernel, plan.fingerprint, version, policy.version)
    decider = Decider(policy, model or Unscored(plan.names), vocabulary, versions)
    return Deciding(Pipeline(extractor, decider), _state_fingerprint(extractor, key))


def _state_fingerprint(extractor: Extractor, key: bytes) -> str:
    mark = hashlib.blake2b(key, digest_size=4).hexdigest()
    return f"{extractor.plan.fingerprint}-{extractor.plan.kernel}-{mark}"
