"""``features`` and ``train``: history through the code that decides live transactions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from fraudstream.config import Settings
from fraudstream.decisions import form_of
from fraudstream.decisions.table import id_array
from fraudstream.pipeline import Extracted
from fraudstream.scoring import Model
from fraudstream.stores.models import save_model
from fraudstream.training import Dataset, collect, train
from fraudstream.training import Settings as Training
from fraudstream.wiring.history import History, Reading
from fraudstream.wiring.labelling import labels_in
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.writing import open_for_writing

__all__ = ["Trained", "dataset_of", "features_table", "train_model", "write_features"]


def write_features(settings: Settings, history: History, out: Path, progress: Progress) -> int:
    """Write every transaction with its features to a .csv or .parquet file; returns how many."""
    reading, rows = Reading(settings, history), 0
    with open_for_writing(out) as write:
        for chunk in reading.extracted(progress):
            write(_table_of(chunk, reading))
            rows += len(chunk.events)
    return rows


def features_table(settings: Settings, history: History, progress: Progress) -> pa.Table:
    """The same as one Arrow table."""
    reading = Reading(settings, history)
    return pa.Table.from_batches(
        [_table_of(chunk, reading) for chunk in reading.extracted(progress)]
    )


def dataset_of(reading: Reading, progress: Progress) -> Dataset:
    """Everything that can be learned from: features, and labels with when they became known."""
    dataset = collect(reading.extractor, reading.extracted(progress))
    if reading.history.labels is None:
        return dataset
    return dataset.with_labels(labels_in(reading.history.labels, dataset, reading.key))


@dataclass(frozen=True, slots=True)
class Trained:
    """A model and the facts about it."""

    model: Model

    @property
    def figures(self) -> dict[str, Any]:
        """For JSON: version, metrics, history, parameters; not the calibration's points."""
        facts = self.model.facts
        return {
            "version": self.model.version,
            "features": facts.features,
            "feature_count": len(facts.feature_names),
            **facts.metrics,
            "history": msgspec.to_builtins(facts.history),
            "parameters": facts.parameters,
        }

    @property
    def card(self) -> str:
        """The model's card, as it stands in its folder."""
        return self.model.to_files()["card.md"].decode()


def train_model(
    settings: Settings, history: History, training: Training, out: Path, progress: Progress
) -> Trained:
    """Train on a history and write the model's folder."""
    reading = Reading(settings, history)
    dataset = dataset_of(reading, progress)
    model = train(dataset, reading.preset.costs, training, progress)
    save_model(out, model)
    return Trained(model)


def _table_of(chunk: Extracted, reading: Reading) -> pa.RecordBatch:
    """Id, time and what the transaction says of itself, then the features by name."""
    events = chunk.events
    said = events.frauds.astype(np.int8)
    columns = {
        "transaction_id": id_array(events, form_of(reading.preset), chunk.source),
        "event_time": pa.array(events.event_times, pa.timestamp("ms", "UTC")),
        **({"is_fraud": pa.array(said, mask=said < 0)} if reading.preset.labels.field else {}),
    }
    for k, name in enumerate(reading.extractor.plan.names):
        columns[name if name not in columns else f"{name}_feature"] = pa.array(
            np.ascontiguousarray(chunk.matrix[:, k]), from_pandas=True
        )
    return pa.RecordBatch.from_pydict(columns)
