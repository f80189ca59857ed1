from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest
from tests.recovery.jobs import run_tally
from tests.recovery.tally import messages

from fraudstream.errors import StorageFailed


def runs_with_room_for(room: int, data: Path, folder: Path) -> bool:
    """Whether a process that may write no file larger than ``room`` bytes comes to its end."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        code = 1
        try:
            run_tally(data, folder)
            code = 0
        except StorageFailed:
            code = 3
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 3)
    return code == 0


def test_a_disk_that_fills_up_stops_the_run_and_room_lets_it_go_on(tmp_path: Path) -> None:
    data, whole, cramped = tmp_path / "m.jsonl", tmp_path / "whole", tmp_path / "cramped"
    data.write_bytes(b"\n".join(messages(200)))
    for folder in (whole, cramped):
        folder.mkdir()
    assert runs_with_room_for(1 << 30, data, whole)
    stops = sum(not runs_with_room_for(room, data, cramped) for room in range(0, 5000, 97))
    assert stops >= 40
    assert runs_with_room_for(1 << 30, data, cramped)
    for name in ("primary.jsonl", "second.jsonl", "primary.jsonl.rejects.jsonl"):
        assert (cramped / name).read_bytes() == (whole / name).read_bytes()


@pytest.mark.parametrize("room", [0, 1])
def test_a_disk_that_is_full_from_the_start_leaves_nothing_half_done(
    tmp_path: Path, room: int
) -> None:
    data = tmp_path / "m.jsonl"
    data.write_bytes(b"\n".join(messages(20)))
    assert not runs_with_room_for(room, data, tmp_path)
    assert (tmp_path / "primary.jsonl").read_bytes() == b""
