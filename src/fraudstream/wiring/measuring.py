"""``evaluate``: a model put to the test on history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from fraudstream.evaluation import (
    NO_ATTACK,
    Attacks,
    Report,
    Study,
    evaluate_handbook,
    evaluate_holdout,
    evaluate_model,
)
from fraudstream.events import EventBatch
from fraudstream.pipeline import Extracted, Extractor
from fraudstream.schema import Field, FieldType, Preset
from fraudstream.scoring import Model, check
from fraudstream.training import Dataset, collect, train
from fraudstream.training import Settings as Training
from fraudstream.wiring.history import KEY, Reading
from fraudstream.wiring.labelling import labels_in
from fraudstream.wiring.progress import Progress

__all__ = ["measure"]

ATTACK = "fraudstream_attack"
_TOLD_BY = ("attack", "TX_FRAUD_SCENARIO", "fraud_scenario")
"""Columns in which data may tell who really did it; read for the scorecard, never a feature."""

_NONE = ("", "0")

Protocol = Literal["holdout", "handbook"]


def measure(
    reading: Reading,
    protocol: Protocol,
    model: Model | None,
    progress: Progress,
    training: Training | None = None,
) -> Report:
    """Test a model on what came after its training, or train one on a part and test on the rest."""
    reading.extractor = Extractor.of(_with_attacks(reading.preset), KEY)
    if model is not None:
        check(model, reading.extractor.plan.fingerprint, reading.extractor.plan.names)
    told = _Told(reading.extractor)
    dataset = collect(reading.extractor, told.passing(reading.extracted(progress)))
    if reading.history.labels is not None:
        dataset = dataset.with_labels(labels_in(reading.history.labels, dataset, KEY))
    study = Study(dataset, reading.preset, told.attacks())

    def fit(part: Dataset) -> Model:
        return train(part, reading.preset.costs, training or Training(), progress)

    if protocol == "handbook":
        return evaluate_handbook(study, fit, progress)
    if model is None:
        return evaluate_holdout(study, fit)
    return evaluate_model(study, model, model.facts.history.held_out_to)


def _with_attacks(preset: Preset) -> Preset:
    """The preset, reading one more text for each column that may tell the attack."""
    known = {field.path for field in preset.fields}
    more = [
        Field(f"{ATTACK}_{place}", (name,), FieldType.TEXT)
        for place, name in enumerate(_TOLD_BY)
        if (name,) not in known
    ]
    return replace(preset, fields=(*preset.fields, *more))


class _Told:
    """Collects who did what, in passing."""

    def __init__(self, extractor: Extractor) -> None:
        texts = extractor.plan.layout.texts
        self._columns = [k for k, name in enumerate(texts) if name.startswith(ATTACK)]
        self._names: dict[str, int] = {}
        self._codes: list[np.ndarray] = []

    def passing(self, chunks: Iterator[Extracted]) -> Iterator[Extracted]:
        """The same chunks."""
        for chunk in chunks:
            self._codes.append(self._codes_of(chunk.events))
            yield chunk

    def attacks(self) -> Attacks | None:
        """What the data tells of attacks, if anything."""
        if not self._names:
            return None
        return Attacks(tuple(self._names), np.concatenate(self._codes))

    def _codes_of(self, events: EventBatch) -> np.ndarray:
        codes = np.full(len(events), NO_ATTACK, np.int64)
        for column in self._columns:
            for row in np.flatnonzero(events.texts.starts[:, column] >= 0).tolist():
                name = events.texts.text(row, column) or ""
                if name not in _NONE:
                    shown = f"scenario_{name}" if name.isdigit() else name
                    codes[row] = self._names.setdefault(shown, len(self._names))
        return codes
