"""What a job's state depends on cannot change without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.config import Settings
from fraudstream.errors import CheckpointIncompatible, ModelIncompatible, UsageInvalid
from fraudstream.scoring import Model
from fraudstream.stores.models import save_model
from fraudstream.wiring.clustered.query import Run

SOURCE = "kafka://localhost/tx"


def silent(stage: str, done: int, total: int) -> None:
    """Nobody is told."""


def begun(home: Path, source: str = SOURCE, sink: str = "out/", **more: object) -> Run:
    """A job up to where it would connect to its cluster."""
    run = {"source": [source], "sink": [sink if "://" in sink else f"{home}/{sink}"]}
    return Run.of(Settings.model_validate({"home": home, "run": run, **more}), silent)


@pytest.mark.parametrize("name", ["buckets", "doors", "outputs", "partitions"])
def test_another_number_of_places_is_refused(tmp_path: Path, name: str) -> None:
    begun(tmp_path)
    with pytest.raises(CheckpointIncompatible, match=rf"{name} \(\d+, now 7\)") as refused:
        begun(tmp_path, spark={name: 7})
    assert refused.value.exit_code == 5
    begun(tmp_path)


def test_other_features_and_other_topics_are_refused(tmp_path: Path) -> None:
    begun(tmp_path)
    with pytest.raises(CheckpointIncompatible, match="features"):
        begun(tmp_path, preset="classic")
    with pytest.raises(CheckpointIncompatible, match="source"):
        begun(tmp_path, source=f"{SOURCE},labels")


def test_a_model_of_other_features_is_refused(tmp_path: Path, models: tuple[Model, Model]) -> None:
    save_model(tmp_path / "model", models[0])
    with pytest.raises(ModelIncompatible):
        begun(tmp_path, preset="classic", model=tmp_path / "model")


@pytest.mark.parametrize("sink", ["out.jsonl", "duckdb:store"])
def test_what_many_workers_cannot_write_to_is_refused(tmp_path: Path, sink: str) -> None:
    with pytest.raises(UsageInvalid, match="cannot all write"):
        begun(tmp_path, sink=sink)


def test_a_file_is_no_source_of_a_job(tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match="Kafka"):
        begun(tmp_path, source="tx.jsonl")
