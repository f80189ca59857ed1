"""A log kept in files of a folder: bytes, and when they arrived."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import Problem, StorageFailed

__all__ = ["Segment", "segments_in"]

_STAMP = np.dtype([("end", "<i8"), ("arrival", "<i8")])


class Segment:
    """A stretch of the log, from position ``start`` on: ``START.log`` and ``START.stamps``.

    Each stamp says up to where the bytes had come at which time (UTC ms). Stamps are written after
    the bytes they tell of; bytes without one, left by a crash, get one when the log is opened.
    """

    def __init__(self, folder: Path, start: int) -> None:
        self.start = start
        self._log = folder / f"{start:020}.log"
        self._stamps = folder / f"{start:020}.stamps"
        self._files = [_open(path) for path in (self._log, self._stamps)]
        self.size = os.fstat(self._files[0]).st_size
        whole = os.fstat(self._files[1]).st_size // _STAMP.itemsize
        known = np.frombuffer(os.pread(self._files[1], whole * _STAMP.itemsize, 0), _STAMP)
        self._ends: list[int] = known["end"].tolist()
        self._arrivals: list[int] = known["arrival"].tolist()

    @property
    def end(self) -> int:
        """The position after its last byte."""
        return self.start + self.size

    def append(self, data: bytes, arrival: int) -> int:
        """Durable on return; the arrival that was noted, which never runs backwards."""
        arrival = max([arrival, *self._arrivals[-1:]])
        try:
            self._put(0, data, self.size)
            self._stamp(self.end + len(data), arrival)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._files[0], self.size)
            raise _failed(self._log, error) from error
        self.size += len(data)
        return arrival

    def complete(self, arrival: int) -> None:
        """Stamp what a crash left without a stamp."""
        if self.size and (not self._ends or self._ends[-1] < self.end):
            self._stamp(self.end, max([arrival, *self._arrivals[-1:]]))

    def read(self, at: int, size: int) -> bytes:
        """Bytes from position ``at``; fewer at the end of the segment."""
        return os.pread(self._files[0], min(size, self.end - at), at - self.start)

    def arrivals(self, ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """When the byte before each position arrived."""
        at = np.searchsorted(np.array(self._ends, np.int64), ends)
        return np.array(self._arrivals, np.int64)[at]

    def remove(self) -> None:
        """Delete its files."""
        self.close()
        self._log.unlink(missing_ok=True)
        self._stamps.unlink(missing_ok=True)

    def close(self) -> None:
        """Close its files; may be called twice."""
        while self._files:
            os.close(self._files.pop())

    def _stamp(self, end: int, arrival: int) -> None:
        stamp = np.array((end, arrival), _STAMP).tobytes()
        self._put(1, stamp, len(self._ends) * _STAMP.itemsize)
        self._ends.append(end)
        self._arrivals.append(arrival)

    def _put(self, file: int, data: bytes, at: int) -> None:
        view = memoryview(data)
        while len(view):
            count = os.pwrite(self._files[file], view, at)
            view, at = view[count:], at + count
        os.fsync(self._files[file])


def segments_in(folder: Path) -> list[Segment]:
    """The segments of a folder, in order; the first one of a new log is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        starts = sorted(int(path.stem) for path in folder.glob("*.log"))
        return [Segment(folder, start) for start in starts or [0]]
    except OSError as error:
        raise _failed(folder, error) from error


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _failed(path: Path, error: OSError) -> StorageFailed:
    return StorageFailed(
        f"Input could not be written to the spool {path}.",
        [Problem(error.strerror or str(error), str(path))],
        "Make room or restore access, then start again: what was written before is not lost.",
    )
