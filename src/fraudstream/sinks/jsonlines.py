"""Decisions as lines of a file, each batch wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from fraudstream.errors import CheckFailed, StorageFailed
from fraudstream.ports import Entry
from fraudstream.sinks.appending import AppendFile
from fraudstream.sinks.journal import Journal, Line
from fraudstream.sinks.rejects import Rejecting, encode_rejects

__all__ = ["JsonLinesSink", "beside"]

O = TypeVar("O", bound=Rejecting)


class JsonLinesSink(Generic[O]):
    """A primary: decisions in ``path``, rejects and the journal in files beside it.

    ``encode`` turns an outcome into lines. A journal line is durable before its batch is appended
    and says which bytes that will be, so a start after a crash knows whether they all are there;
    if not, the batch is cut off and :meth:`position` asks for it again.
    """

    def __init__(self, path: Path, encode: Callable[[O], bytes]) -> None:
        self.name = path.name
        self._encode = encode
        self._decisions = AppendFile(path)
        self._rejects = AppendFile(beside(path, ".rejects.jsonl"))
        self._journal = Journal(beside(path, ".journal"))
        self._position = self._recover()

    def position(self) -> int:
        """Number of the last batch that is wholly in the files; -1 for none."""
        return self._position

    def entries(self, after: int) -> Iterator[Entry]:
        """The journal's entries after a batch."""
        return (line.entry() for line in self._journal.lines(after))

    def write(self, entry: Entry, outcome: O) -> None:
        """Append a batch, its journal line first; one that is held already is left alone."""
        if entry.batch <= self._position:
            return
        pieces = self._pieces(outcome)
        line = Line.of(entry, {name: file.part_of(data) for name, (file, data) in pieces.items()})
        if self._journal.last is None or self._journal.last.batch < entry.batch:
            self._journal.append(line)
        elif self._journal.last != line:
            raise _differs(entry, self._decisions.path)
        try:
            for file, data in pieces.values():
                file.append(data)
        except StorageFailed:
            for name, (file, _) in pieces.items():
                file.truncate(line.parts[name].start)
            raise
        self._position = entry.batch

    def held(self, after: int = -1) -> Iterator[tuple[Entry, bytes]]:
        """Every batch after ``after`` with the lines that this file holds of it."""
        for line in self._journal.lines(after):
            if line.batch <= self._position:
                yield line.entry(), self._decisions.bytes_of(line.parts["decisions"])

    def close(self) -> None:
        """Close the files; may be called twice."""
        for file in (self._decisions, self._rejects, self._journal):
            file.close()

    def _pieces(self, outcome: O) -> dict[str, tuple[AppendFile, bytes]]:
        return {
            "rejects": (self._rejects, encode_rejects(outcome.source, outcome.rejects)),
            "decisions": (self._decisions, self._encode(outcome)),
        }

    def _recover(self) -> int:
        """Cut off a torn last batch; the number of the last whole one."""
        last = self._journal.last
        files = {"rejects": self._rejects, "decisions": self._decisions}
        if last is None:
            if any(file.size for file in files.values()):
                raise _foreign(self._decisions.path, "it has no journal beside it")
            return -1
        if all(file.holds(last.parts[name]) for name, file in files.items()):
            return last.batch
        for name, file in files.items():
            part = last.parts[name]
            if not part.start <= file.size <= part.end:
                raise _foreign(file.path, "its length is not the one that its journal tells")
            file.truncate(part.start)
        return last.batch - 1


def beside(path: Path, ending: str) -> Path:
    """The name of a file that belongs to another one."""
    return path.with_name(path.name + ending)


def _foreign(path: Path, why: str) -> StorageFailed:
    return StorageFailed(
        f"{path} was not left by a run of fraudstream: {why}.",
        advice="It was not touched. Name another file, or move this one and those beside it away.",
    )


def _differs(entry: Entry, path: Path) -> CheckFailed:
    return CheckFailed(
        f"Batch {entry.batch} of {path} is not what its journal says: the same messages and "
        "versions gave other decisions before the crash.",
        advice="The input or a model's files were changed in between: restore them, then start.",
    )
