"""A query's journal: what Spark noted of a batch, kept for ever, and what state depends on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fraudstream.errors import CheckpointIncompatible
from fraudstream.events import number_of
from fraudstream.ports import Entry
from fraudstream.spark.journal import Journal

VERSIONS = {"kernel": "1", "model": "7"}
Ends = dict[str, dict[str, int]]


def begun(folder: Path, batch: int, ends: Ends, at: int = 1000) -> None:
    """As Spark notes a batch before it runs it."""
    (folder / "offsets").mkdir(exist_ok=True)
    noted = ["v1", json.dumps({"batchTimestampMs": at}), json.dumps(ends)]
    (folder / "offsets" / str(batch)).write_text("\n".join(noted))


def journal(folder: Path) -> Journal:
    return Journal(folder.as_uri(), ("tx", "labels"))


def test_a_batch_begins_where_the_one_before_ended(tmp_path: Path) -> None:
    begun(tmp_path, 0, {"tx": {"0": 5}, "labels": {"0": 2}})
    begun(tmp_path, 1, {"tx": {"0": 9, "1": 3}, "labels": {"0": 2}}, at=2000)
    first, second = (journal(tmp_path).note(batch, VERSIONS, 1) for batch in range(2))
    labels = number_of(1, 0)
    assert first == Entry(0, {0: 0, labels: 0}, {0: 5, labels: 2}, 1000, VERSIONS, 1)
    assert second == Entry(1, {0: 5, 1: 0, labels: 2}, {0: 9, 1: 3, labels: 2}, 2000, VERSIONS, 1)


def test_the_first_batch_begins_where_the_topics_did(tmp_path: Path) -> None:
    (tmp_path / "sources" / "0").mkdir(parents=True)
    first = json.dumps({"tx": {"0": 3}, "labels": {}})
    (tmp_path / "sources" / "0" / "0").write_text(f"v1\n{first}")
    begun(tmp_path, 0, {"tx": {"0": 5}})
    assert journal(tmp_path).note(0, VERSIONS, 1).start == {0: 3}


def test_a_batch_that_is_run_again_keeps_its_versions(tmp_path: Path) -> None:
    begun(tmp_path, 0, {"tx": {"0": 5}})
    noted = journal(tmp_path).note(0, VERSIONS, 1)
    assert journal(tmp_path).note(0, {"kernel": "1", "model": "8"}, 2) == noted


def test_entries_outlive_what_spark_forgets(tmp_path: Path) -> None:
    for batch in range(3):
        begun(tmp_path, batch, {"tx": {"0": batch + 1}})
        journal(tmp_path).note(batch, VERSIONS, 1)
    shutil.rmtree(tmp_path / "offsets")
    assert [entry.batch for entry in journal(tmp_path).entries(0)] == [1, 2]
    last = journal(tmp_path).last()
    assert last is not None and last.batch == 2


def test_without_a_batch_there_is_no_last_one(tmp_path: Path) -> None:
    assert journal(tmp_path).last() is None


def test_state_of_other_features_or_buckets_is_refused(tmp_path: Path) -> None:
    journal(tmp_path).require({"features": "a1", "buckets": 32})
    journal(tmp_path).require({"features": "a1", "buckets": 32})
    with pytest.raises(CheckpointIncompatible, match=r"buckets \(32, now 64\)"):
        journal(tmp_path).require({"features": "a1", "buckets": 64})
