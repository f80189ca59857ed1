"""The journal of a sink without transactions: a file of JSON lines, one for each batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import msgspec

from fraudstream.errors import StorageFailed
from fraudstream.ports import Entry
from fraudstream.sinks.appending import AppendFile, Part

__all__ = ["Journal", "Line"]

_BLOCK = 1 << 16


class Line(msgspec.Struct, frozen=True):
    """A journal entry and the pieces of files that its batch becomes."""

    batch: int
    start: dict[int, int]
    end: dict[int, int]
    as_of: int
    versions: dict[str, str | None]
    epoch: int = 0
    parts: dict[str, Part] = {}

    @classmethod
    def of(cls, entry: Entry, parts: Mapping[str, Part]) -> Self:
        """The line of an entry."""
        start, end, versions = dict(entry.start), dict(entry.end), dict(entry.versions)
        return cls(entry.batch, start, end, entry.as_of, versions, entry.epoch, dict(parts))

    def entry(self) -> Entry:
        """The entry of the line."""
        return Entry(self.batch, self.start, self.end, self.as_of, self.versions, self.epoch)


_decoder = msgspec.json.Decoder(Line)
_encoder = msgspec.json.Encoder()


class Journal:
    """Appends lines durably and finds them again; a line that was torn by a crash never was.

    Batch numbers are consecutive from 0, so a line is found by bisection.
    """

    def __init__(self, path: Path) -> None:
        self._file = AppendFile(path)
        self._cut_torn_line()
        self.last = self._last_line()

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._file.path

    def append(self, line: Line) -> None:
        """Durable on return."""
        self._file.append(_encoder.encode(line) + b"\n")
        self.last = line

    def lines(self, after: int) -> Iterator[Line]:
        """Lines of batches after ``after``, ascending."""
        at = self._before(after)
        for text in self._texts(at):
            line = self._decoded(text, at)
            at += len(text) + 1
            if line.batch > after:
                yield line

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._file.close()

    def _cut_torn_line(self) -> None:
        tail = self._file.size
        while tail:
            start = max(0, tail - _BLOCK)
            newline = self._file.read(start, tail - start).rfind(b"\n")
            tail = start if newline < 0 else start + newline + 1
            if newline >= 0:
                break
        self._file.truncate(tail)

    def _last_line(self) -> Line | None:
        start, text = self._file.size, b""
        while start and b"\n" not in text[:-1]:
            start = max(0, start - _BLOCK)
            text = self._file.read(start, self._file.size - start)
        *_, last = (b"", *text[:-1].split(b"\n"))
        return self._decoded(last, self._file.size - len(last) - 1) if last else None

    def _before(self, after: int) -> int:
        """The start of a line not far before that of batch ``after + 1``."""
        low, high = 0, self._file.size
        while high - low > _BLOCK:
            middle = self._line_start((low + high) // 2)
            if middle >= high:
                break
            line = self._decoded(next(self._texts(middle)), middle)
            low, high = (middle, high) if line.batch <= after else (low, middle)
        return low

    def _line_start(self, at: int) -> int:
        """The start of the first line that begins after ``at``."""
        while at < self._file.size:
            newline = self._file.read(at, _BLOCK).find(b"\n")
            if newline >= 0:
                return at + newline + 1
            at += _BLOCK
        return at

    def _texts(self, at: int) -> Iterator[bytes]:
        """The lines from ``at`` on, without their newlines."""
        rest = b""
        while at < self._file.size:
            block = self._file.read(at, _BLOCK)
            at += len(block)
            *whole, rest = (rest + block).split(b"\n")
            yield from whole

    def _decoded(self, text: bytes, at: int) -> Line:
        try:
            return _decoder.decode(text)
        except msgspec.MsgspecError as error:
            raise StorageFailed(
                f"The journal {self.path} is damaged at byte {at}: {error}.",
                advice="Restore it from a backup; without it the decisions cannot be recomputed.",
            ) from error
