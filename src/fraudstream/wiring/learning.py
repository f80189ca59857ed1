"""``features`` and ``train``: history through the code that decides live transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from fraudstream.decisions import form_of
from fraudstream.decisions.table import id_array
from fraudstream.pipeline import Extracted
from fraudstream.schema import Preset
from fraudstream.scoring import Model
from fraudstream.stores.models import load_model, save_model
from fraudstream.training import Dataset, collect, train
from fraudstream.training import Settings as Training
from fraudstream.wiring.history import KEY, Reading
from fraudstream.wiring.labelling import labels_in
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.writing import open_for_writing

__all__ = [
    "dataset_of",
    "features_of",
    "features_table",
    "figures_of",
    "load_model",
    "save_model",
    "train_model",
    "write_features",
]


def write_features(reading: Reading, out: Path, progress: Progress) -> int:
    """Write every transaction with its features to a .csv or .parquet file; returns how many."""
    rows = 0
    with open_for_writing(out) as write:
        for table in _tables(reading, progress):
            write(table)
            rows += table.num_rows
    return rows


def features_table(reading: Reading, progress: Progress) -> pa.Table:
    """The same as one Arrow table."""
    return pa.Table.from_batches(
        [
            features_of(chunk, reading.preset, reading.extractor.plan.names)
            for chunk in reading.extracted(progress)
        ]
    )


def dataset_of(reading: Reading, progress: Progress) -> Dataset:
    """Everything that can be learned from: features, and labels with when they became known."""
    dataset = collect(reading.extractor, reading.extracted(progress))
    if reading.history.labels is None:
        return dataset
    return dataset.with_labels(labels_in(reading.history.labels, dataset, KEY))


def figures_of(model: Model) -> dict[str, Any]:
    """A model's facts for JSON, without the points of its calibration."""
    facts = model.facts
    return {
        "version": model.version,
        "features": facts.features,
        "feature_count": len(facts.feature_names),
        **facts.metrics,
        "history": msgspec.to_builtins(facts.history),
        "parameters": facts.parameters,
    }


def train_model(reading: Reading, training: Training, progress: Progress) -> Model:
    """Train on a history."""
    dataset = dataset_of(reading, progress)
    return train(dataset, reading.preset.costs, training, progress)


def _tables(reading: Reading, progress: Progress) -> Iterator[pa.RecordBatch]:
    names = reading.extractor.plan.names
    for chunk in reading.extracted(progress):
        yield features_of(chunk, reading.preset, names)


def features_of(chunk: Extracted, preset: Preset, names: Sequence[str]) -> pa.RecordBatch:
    """Id, time and what the transaction says of itself, then the features by name."""
    events = chunk.events
    said = events.frauds.astype(np.int8)
    columns = {
        "transaction_id": id_array(events, form_of(preset), chunk.source),
        "event_time": pa.array(events.event_times, pa.timestamp("ms", "UTC")),
        **({"is_fraud": pa.array(said, mask=said < 0)} if preset.labels.field else {}),
    }
    for k, name in enumerate(names):
        columns[name if name not in columns else f"{name}_feature"] = pa.array(
            np.ascontiguousarray(chunk.matrix[:, k]), from_pandas=True
        )
    return pa.RecordBatch.from_pydict(columns)
