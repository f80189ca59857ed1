from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.recovery.tally import Tallied, encode

from fraudstream.errors import CheckFailed, StorageFailed
from fraudstream.events import Reason, Reject
from fraudstream.ports import Entry
from fraudstream.sinks.jsonlines import JsonLinesSink, beside


def entry(batch: int, as_of: int = 5) -> Entry:
    return Entry(batch, {0: 10 * batch}, {0: 10 * batch + 10}, as_of, {"model": None})


def outcome(*lines: bytes, rejects: int = 0) -> Tallied:
    rejected = (Reject(Reason.ID_EMPTY, "empty", b"{}", 0, offset) for offset in range(rejects))
    return Tallied("tx", lines, tuple(rejected))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


def rejects_of(path: Path) -> Path:
    return beside(path, ".rejects.jsonl")


def journal_of(path: Path) -> Path:
    return beside(path, ".journal")


def two_batches(path: Path) -> None:
    sink = JsonLinesSink(path, encode)
    sink.write(entry(0), outcome(b"one\n", rejects=1))
    sink.write(entry(1), outcome(b"two\n", b"three\n", rejects=2))
    sink.close()


def reopened(path: Path) -> int:
    sink = JsonLinesSink(path, encode)
    sink.close()
    return sink.position()


def test_decisions_and_rejects_are_lines_of_their_files(path: Path) -> None:
    two_batches(path)
    assert path.read_bytes() == b"one\ntwo\nthree\n"
    first = json.loads(rejects_of(path).read_text().splitlines()[0])
    assert (first["reason"], first["raw"], first["source"]["offset"]) == ("id_empty", "{}", 0)


@pytest.mark.parametrize("left", range(4, 14))
def test_a_torn_last_batch_is_cut_off_and_asked_for_again(path: Path, left: int) -> None:
    two_batches(path)
    os.truncate(path, left)
    assert reopened(path) == 0
    assert path.read_bytes() == b"one\n"
    assert len(rejects_of(path).read_bytes().splitlines()) == 1


def test_a_last_batch_that_lacks_its_rejects_is_asked_for_again(path: Path) -> None:
    two_batches(path)
    os.truncate(rejects_of(path), rejects_of(path).stat().st_size - 1)
    assert reopened(path) == 0
    assert path.read_bytes() == b"one\n"


def test_a_last_batch_of_other_bytes_is_asked_for_again(path: Path) -> None:
    two_batches(path)
    path.write_bytes(b"one\ntwo\nthr\0\0\n")
    assert reopened(path) == 0


def test_a_torn_journal_line_never_was(path: Path) -> None:
    two_batches(path)
    with journal_of(path).open("ab") as journal:
        journal.write(b'{"batch":2,"start":{"0":2')
    assert reopened(path) == 1
    assert journal_of(path).read_bytes().endswith(b"}\n")


def test_a_batch_written_again_must_be_the_one_in_the_journal(path: Path) -> None:
    two_batches(path)
    os.truncate(path, 6)
    sink = JsonLinesSink(path, encode)
    with pytest.raises(CheckFailed, match="not what its journal says"):
        sink.write(entry(1), outcome(b"two\n", b"other\n", rejects=2))
    sink.write(entry(1), outcome(b"two\n", b"three\n", rejects=2))
    sink.close()
    assert path.read_bytes() == b"one\ntwo\nthree\n"
    assert len(journal_of(path).read_bytes().splitlines()) == 2


def test_a_file_that_is_not_ours_is_not_touched(path: Path) -> None:
    path.write_bytes(b"mine\n")
    with pytest.raises(StorageFailed, match="was not left by a run"):
        JsonLinesSink(path, encode)
    assert path.read_bytes() == b"mine\n"


def test_a_file_that_somebody_else_wrote_to_is_not_touched(path: Path) -> None:
    two_batches(path)
    with path.open("ab") as file:
        file.write(b"mine\n")
    with pytest.raises(StorageFailed, match="its length"):
        JsonLinesSink(path, encode)
    assert path.read_bytes().endswith(b"mine\n")


def test_a_damaged_journal_is_named_with_its_place(path: Path) -> None:
    two_batches(path)
    lines = journal_of(path).read_bytes().splitlines(keepends=True)
    journal_of(path).write_bytes(b'{"batch":"none"}\n' + lines[1])
    sink = JsonLinesSink(path, encode)
    with pytest.raises(StorageFailed, match="damaged at byte 0"):
        list(sink.entries(-1))
    sink.close()


def test_every_batch_can_be_read_back(path: Path) -> None:
    two_batches(path)
    sink = JsonLinesSink(path, encode)
    assert list(sink.held()) == [(entry(0), b"one\n"), (entry(1), b"two\nthree\n")]
    assert list(sink.held(after=0)) == [(entry(1), b"two\nthree\n")]
    sink.close()


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A disk that takes as many bytes as the list's only item says, then fails in mid-write."""
    room = [1 << 30]
    write = os.pwrite

    def limited(descriptor: int, data: bytes, at: int) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        count = write(descriptor, data[: room[0]], at)
        room[0] -= count
        return count

    monkeypatch.setattr(os, "pwrite", limited)
    yield room


@pytest.mark.parametrize("room", range(0, 330, 7))
def test_a_full_disk_keeps_nothing_of_the_batch_and_takes_it_later(
    path: Path, full_disk: list[int], room: int
) -> None:
    sink = JsonLinesSink(path, encode)
    sink.write(entry(0), outcome(b"one\n"))
    full_disk[0] = room
    with pytest.raises(StorageFailed, match=r"out\.jsonl.*failed"):
        sink.write(entry(1), outcome(b"two\n" * 20, rejects=2))
    assert path.read_bytes() == b"one\n"
    assert (rejects_of(path).read_bytes(), sink.position()) == (b"", 0)
    full_disk[0] = 1 << 30
    sink.write(entry(1), outcome(b"two\n" * 20, rejects=2))
    sink.close()
    assert (path.read_bytes(), reopened(path)) == (b"one\n" + b"two\n" * 20, 1)
