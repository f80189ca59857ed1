"""What every keeper of checkpoints must keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fraudstream.engine import FileCheckpoints, MemoryCheckpoints
from fraudstream.engine.program import Arrays
from fraudstream.ports import Checkpoint, Checkpoints

ARRAYS: Arrays = {
    "whole": np.arange(12, dtype=np.int64).reshape(3, 4),
    "every other": np.arange(20, dtype=np.uint8)[::2],
    "turned": np.asfortranarray(np.eye(3)),
    "none": np.empty((0, 2), np.float32),
    "single": np.array(7),
    "records": np.zeros(2, [("end", "<i8"), ("text", "S3")]),
}


@pytest.fixture(params=["file", "memory"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Checkpoints:
    return FileCheckpoints(tmp_path / "made") if request.param == "file" else MemoryCheckpoints()


def checkpoint(batch: int) -> Checkpoint:
    return Checkpoint(batch, {0: 10 * batch, 3: 7}, "abc", ARRAYS, {"entry": f"mark {batch}"})


def newest(kept: Checkpoints, at_most: int | None = None) -> int | None:
    found = kept.newest(at_most)
    return None if found is None else found.batch


def test_nothing_is_kept_at_first(kept: Checkpoints) -> None:
    assert kept.newest() is None


def test_a_checkpoint_comes_back_as_it_was(kept: Checkpoints) -> None:
    kept.save(checkpoint(3))
    found = kept.newest()
    assert found is not None
    assert (found.batch, found.position, found.fingerprint) == (3, {0: 30, 3: 7}, "abc")
    assert found.meta == {"entry": "mark 3"}
    assert list(found.arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(found.arrays[name], array)


def test_what_changes_after_saving_is_not_in_it(kept: Checkpoints) -> None:
    array = np.zeros(3)
    kept.save(Checkpoint(0, {0: 1}, "abc", {"a": array}))
    array += 1
    found = kept.newest()
    assert found is not None
    assert found.arrays["a"].tolist() == [0, 0, 0]


def test_the_two_newest_are_kept(kept: Checkpoints) -> None:
    for batch in (1, 5, 9):
        kept.save(checkpoint(batch))
    assert [newest(kept), newest(kept, 8), newest(kept, 4)] == [9, 5, None]


def test_saving_an_earlier_batch_gives_up_the_later_ones(kept: Checkpoints) -> None:
    for batch in (1, 5, 3):
        kept.save(checkpoint(batch))
    assert [newest(kept), newest(kept, 2)] == [3, 1]
