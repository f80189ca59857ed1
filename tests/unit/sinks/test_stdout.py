from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.recovery.tally import Tallied, encode

from fraudstream.events import Reason, Reject
from fraudstream.ports import Entry
from fraudstream.sinks.stdout import StandardOutput


def entry(batch: int) -> Entry:
    return Entry(batch, {0: batch}, {0: batch + 1}, 5, {})


REJECT = Reject(Reason.UTF8_INVALID, "not UTF-8", b"\xff", 0, 3)
OUTCOME = Tallied("stdin", (b"one\n", b"two\n"), (REJECT,))


def test_decisions_go_out_and_rejects_stay(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    sink = StandardOutput(tmp_path, encode, writer)
    sink.write(entry(0), OUTCOME)
    sink.close()
    os.close(writer)
    assert os.read(reader, 100) == b"one\ntwo\n"
    assert b'"raw_base64":"/w=="' in (tmp_path / "stdout.rejects.jsonl").read_bytes()
    os.close(reader)


def test_a_reader_that_went_away_ends_the_run_and_its_batch_is_written_next_time(
    tmp_path: Path,
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    sink = StandardOutput(tmp_path, encode, writer)
    with pytest.raises(BrokenPipeError):
        sink.write(entry(0), OUTCOME)
    sink.close()
    os.close(writer)
    again = StandardOutput(tmp_path, encode, os.open(tmp_path / "out", os.O_CREAT | os.O_WRONLY))
    assert (again.position(), list(again.entries(-1))) == (-1, [entry(0)])
    again.write(entry(0), OUTCOME)
    again.close()
    assert (tmp_path / "out").read_bytes() == b"one\ntwo\n"
    assert len((tmp_path / "stdout.rejects.jsonl").read_bytes().splitlines()) == 1
    assert len((tmp_path / "stdout.journal").read_bytes().splitlines()) == 1


def test_a_slow_reader_gets_everything(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    many = Tallied("stdin", (b"x" * 999 + b"\n",) * 200, ())
    child = os.fork()
    if not child:
        os.close(writer)
        got = 0
        while data := os.read(reader, 1000):
            got += len(data)
        os._exit(0 if got == 200_000 else 1)
    os.close(reader)
    sink = StandardOutput(tmp_path, encode, writer)
    sink.write(entry(0), many)
    sink.close()
    os.close(writer)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
