"""Decisions as lines on standard output; journal and rejects stay in the home folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from fraudstream.ports import Entry
from fraudstream.sinks.appending import AppendFile
from fraudstream.sinks.journal import Journal, Line
from fraudstream.sinks.rejects import Rejecting, encode_rejects

__all__ = ["StandardOutput"]

O = TypeVar("O", bound=Rejecting)


class StandardOutput(Generic[O]):
    """A primary whose decisions cannot be taken back.

    A batch that was cut short by a crash is written again, so a reader may see an identical copy of
    its lines: their ``source`` tells. A reader that went away raises ``BrokenPipeError``.
    """

    def __init__(self, folder: Path, encode: Callable[[O], bytes], descriptor: int = 1) -> None:
        self.name = "-"
        self._encode = encode
        self._descriptor = descriptor
        self._rejects = AppendFile(folder / "stdout.rejects.jsonl")
        self._journal = Journal(folder / "stdout.journal")
        self._delivered = Counter(folder / "stdout.delivered")
        self._recover()

    def position(self) -> int:
        """Number of the last batch that was wholly written; -1 for none."""
        return self._delivered.value

    def entries(self, after: int) -> Iterator[Entry]:
        """The journal's entries after a batch."""
        return (line.entry() for line in self._journal.lines(after))

    def write(self, entry: Entry, outcome: O) -> None:
        """Write a batch, its journal line first; one that is held already is left alone."""
        if entry.batch <= self.position():
            return
        rejects = encode_rejects(outcome.source, outcome.rejects)
        if self._journal.last is None or self._journal.last.batch < entry.batch:
            part = self._rejects.part_of(rejects)
            self._journal.append(Line.of(entry, {"rejects": part}))
        self._rejects.append(rejects)
        self._put(self._encode(outcome))
        self._delivered.set(entry.batch)

    def close(self) -> None:
        """Close the files, not standard output; may be called twice."""
        for file in (self._rejects, self._journal, self._delivered):
            file.close()

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while len(view):
            view = view[os.write(self._descriptor, view) :]

    def _recover(self) -> None:
        """Cut off the rejects of a batch that has to be written again."""
        last = self._journal.last
        if last is None:
            self._delivered.set(-1)
        elif last.batch > self._delivered.value:
            self._rejects.truncate(min(self._rejects.size, last.parts["rejects"].start))


class Counter:
    """A number in a file.

    It is not forced to the disk: losing the newest value in a power cut costs a repeated batch,
    a crash of the process costs nothing.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        text = os.pread(self._descriptor, 32, 0)
        self.value = int(text) if text.strip() else -1

    def set(self, value: int) -> None:
        """Keep another value."""
        os.pwrite(self._descriptor, b"%20d" % value, 0)
        self.value = value

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
