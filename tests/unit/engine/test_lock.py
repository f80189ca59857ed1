from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from fraudstream.engine import owning
from fraudstream.errors import StateInUse, StorageFailed


def test_a_second_owner_is_refused_and_told_who_the_first_one_is(tmp_path: Path) -> None:
    refused = pytest.raises(StateInUse, match=rf"process {os.getpid()}\b")
    with owning(tmp_path), refused, owning(tmp_path):
        pytest.fail("owned twice")


def test_the_state_is_free_after_its_owner_is_done(tmp_path: Path) -> None:
    for _ in range(2):
        with owning(tmp_path / "new"):
            pass


def test_an_owner_that_was_killed_leaves_no_lock(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        with owning(tmp_path):
            os.write(writer, b".")
            signal.pause()
    os.read(reader, 1)
    with pytest.raises(StateInUse, match=rf"process {child}\b"), owning(tmp_path):
        pytest.fail("owned twice")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with owning(tmp_path):
        pass
    os.close(reader)
    os.close(writer)


def test_a_folder_that_cannot_be_made_is_one_clear_paragraph(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFailed, match="cannot be locked"), owning(tmp_path / "file" / "home"):
        pytest.fail("owned")
