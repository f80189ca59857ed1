from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from fraudstream.engine import FileCheckpoints
from fraudstream.errors import CheckpointIncompatible, StorageFailed
from fraudstream.ports import Checkpoint


def checkpoint(batch: int) -> Checkpoint:
    return Checkpoint(batch, {0: batch}, "abc", {"a": np.arange(5), "b": np.ones(3)})


@pytest.fixture
def two(tmp_path: Path) -> FileCheckpoints:
    kept = FileCheckpoints(tmp_path)
    kept.save(checkpoint(1))
    kept.save(checkpoint(2))
    return kept


def newest_file(kept: FileCheckpoints) -> Path:
    return max(kept.folder.glob("*.checkpoint"))


def test_a_torn_checkpoint_is_passed_over_wherever_it_was_torn(two: FileCheckpoints) -> None:
    file = newest_file(two)
    for size in range(file.stat().st_size - 1, -1, -1):
        os.truncate(file, size)
        found = two.newest()
        assert found is not None
        assert found.batch == 1


def test_a_changed_byte_makes_a_checkpoint_worthless(two: FileCheckpoints) -> None:
    file = newest_file(two)
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        found = two.newest()
        assert found is not None
        assert found.batch == 1


def test_without_any_whole_checkpoint_there_is_none(two: FileCheckpoints) -> None:
    for file in two.folder.iterdir():
        os.truncate(file, 10)
    assert two.newest() is None


def test_a_checkpoint_of_another_layout_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = FileCheckpoints(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("fraudstream.engine.container._LAYOUT", b"9")
        kept.save(checkpoint(1))
    with pytest.raises(CheckpointIncompatible, match="state rebuild"):
        kept.newest()


def test_a_draft_that_a_crash_left_behind_is_no_checkpoint(two: FileCheckpoints) -> None:
    (two.folder / "draft").write_bytes(newest_file(two).read_bytes())
    newest_file(two).unlink()
    found = two.newest()
    assert found is not None
    assert found.batch == 1


def test_a_full_disk_keeps_the_older_checkpoints(
    two: FileCheckpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFailed, match="No space left"):
        two.save(checkpoint(3))
    assert sorted(int(path.stem) for path in two.folder.iterdir()) == [1, 2]


def test_objects_are_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        FileCheckpoints(tmp_path).save(Checkpoint(0, {0: 0}, "abc", {"a": np.array([{}])}))
