from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from fraudstream.errors import InputInvalid
from fraudstream.events import Lines
from fraudstream.sources import spool
from fraudstream.sources.spool import Spool


class Pipe:
    """A pipe into a spool; each connection has its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clock = count(100)
        self._writer = -1

    def connect(self) -> Spool:
        self.end()
        reader, self._writer = os.pipe()
        return Spool(self._folder, lambda: next(self._clock), reader)

    def write(self, data: bytes) -> None:
        os.write(self._writer, data)

    def end(self) -> None:
        if self._writer >= 0:
            os.close(self._writer)
            self._writer = -1


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    pipe = Pipe(tmp_path / "spool")
    yield pipe
    pipe.end()


def polled(source: Spool, seconds: Callable[[], float] = float) -> list[tuple[bytes, int]]:
    records = source.poll(100, wait=seconds())
    assert records is not None
    assert isinstance(records.payload, Lines)
    times = records.timestamps.tolist()
    return [(records.payload.raw(row), times[row]) for row in range(len(records))]


def test_a_message_carries_the_time_at_which_its_end_arrived(pipe: Pipe) -> None:
    source = pipe.connect()
    pipe.write(b"one\ntw")
    assert polled(source) == [(b"one", 101)]
    pipe.write(b"o\nthree\n")
    assert polled(source) == [(b"two", 102), (b"three", 102)]


def test_nothing_is_there_until_something_arrives(pipe: Pipe) -> None:
    source = pipe.connect()
    assert polled(source) == []
    pipe.end()
    assert source.poll(10, wait=0.0) is None


def test_what_arrived_is_there_again_after_a_restart_with_its_times(pipe: Pipe) -> None:
    source = pipe.connect()
    pipe.write(b"one\n")
    before = polled(source)
    again = pipe.connect()
    pipe.write(b"two\n")
    again.seek({0: 0})
    assert polled(again)[0] == before[0]
    again.seek({0: 4})
    assert polled(again)[0][0] == b"two"


def test_a_line_that_broke_off_does_not_continue_in_the_next_connection(pipe: Pipe) -> None:
    source = pipe.connect()
    pipe.write(b"one\ntw")
    polled(source)
    again = pipe.connect()
    pipe.write(b"three\n")
    messages = [message for message, _ in polled(again) + polled(again)]
    assert messages == [b"one", b"tw", b"three"]


def test_a_last_line_without_a_newline_is_a_message_when_the_pipe_ends(pipe: Pipe) -> None:
    source = pipe.connect()
    pipe.write(b"one\ntwo")
    pipe.end()
    assert [message for message, _ in polled(source)] == [b"one", b"two"]


def test_bytes_that_a_crash_left_without_a_time_get_one(pipe: Pipe, tmp_path: Path) -> None:
    source = pipe.connect()
    pipe.write(b"one\n")
    polled(source)
    with (tmp_path / "spool" / f"{0:020}.log").open("ab") as log:
        log.write(b"two\n")
    first, second = polled(pipe.connect())
    assert (first[0], second[0]) == (b"one", b"two")
    assert second[1] > first[1]


def test_released_segments_are_dropped_and_the_rest_is_kept(
    pipe: Pipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "_SEGMENT", 10)
    source = pipe.connect()
    for number in range(10):
        pipe.write(b"message %d\n" % number)
        polled(source)
    source.release({0: 55})
    logs = sorted(path.name for path in (tmp_path / "spool").iterdir())
    assert len(logs) == 2 * 5
    again = pipe.connect()
    again.seek({0: 50})
    assert polled(again)[0][0] == b"message 5"
    with pytest.raises(InputInvalid, match="holds the input from byte 50"):
        again.seek({0: 30})


def test_a_record_may_lie_in_two_segments(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "_SEGMENT", 10)
    source = pipe.connect()
    pipe.write(b"a first long lin")
    assert polled(source) == []
    pipe.write(b"e\nnext\n")
    assert polled(source) == [(b"a first long line", 102), (b"next", 102)]


def test_a_reading_that_begins_before_what_is_held_says_so(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "_SEGMENT", 4)
    source = pipe.connect()
    for _ in range(3):
        pipe.write(b"one\n")
        polled(source)
    source.release({0: 8})
    with pytest.raises(InputInvalid, match="byte 0 is needed"):
        pipe.connect().poll(1)
