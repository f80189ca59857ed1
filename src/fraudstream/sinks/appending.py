"""A file that is only ever appended to, whole pieces or nothing."""

from __future__ import annotations

import os
import zlib
from contextlib import suppress
from pathlib import Path

import msgspec

from fraudstream.durable import sync
from fraudstream.errors import Problem, StorageFailed

__all__ = ["AppendFile", "Part"]


class Part(msgspec.Struct, frozen=True, array_like=True):
    """A piece of a file: where it starts, its length, and the CRC-32 of its bytes."""

    start: int
    length: int
    checksum: int

    @property
    def end(self) -> int:
        """The position after it."""
        return self.start + self.length


class AppendFile:
    """Appends pieces durably; one that does not fit on the disk leaves nothing behind."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            self.size = os.fstat(self._descriptor).st_size
            sync(path.parent)
        except OSError as error:
            raise _failed(path, error) from error

    def part_of(self, data: bytes) -> Part:
        """The piece that ``data`` would become if it were appended now."""
        return Part(self.size, len(data), zlib.crc32(data))

    def append(self, data: bytes) -> None:
        """Durable on return; raises ``StorageFailed`` with the file as it was."""
        if not data:
            return
        try:
            self._write(data)
            os.fsync(self._descriptor)
        except OSError as error:
            self._undo()
            raise _failed(self.path, error) from error
        self.size += len(data)

    def truncate(self, size: int) -> None:
        """Cut off what comes after ``size``."""
        if size == self.size:
            return
        try:
            os.ftruncate(self._descriptor, size)
            os.fsync(self._descriptor)
        except OSError as error:
            raise _failed(self.path, error) from error
        self.size = size

    def read(self, start: int, length: int) -> bytes:
        """The bytes from ``start`` on, fewer at the end of the file."""
        return os.pread(self._descriptor, length, start)

    def holds(self, part: Part) -> bool:
        """Whether the file has this piece, unchanged, and ends with it."""
        return self.size == part.end and zlib.crc32(self.bytes_of(part)) == part.checksum

    def bytes_of(self, part: Part) -> bytes:
        """The bytes of a piece."""
        return self.read(part.start, part.length)

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _write(self, data: bytes) -> None:
        view, at = memoryview(data), self.size
        while len(view):
            count = os.pwrite(self._descriptor, view, at)
            view, at = view[count:], at + count

    def _undo(self) -> None:
        """Leave no half-written piece; if even that fails, the next start cuts it off."""
        with suppress(OSError):
            os.ftruncate(self._descriptor, self.size)


def _failed(path: Path, error: OSError) -> StorageFailed:
    return StorageFailed(
        f"Writing {path} failed.",
        [Problem(error.strerror or str(error), str(path))],
        "Nothing was skipped: make room or restore access, then start again, and the run goes on "
        "where it stopped.",
    )
