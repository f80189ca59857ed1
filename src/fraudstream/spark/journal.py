"""What a query's checkpoint says of its batches: Spark's log of offsets, and ours beside it.

Spark notes the offsets of a batch and its time before the batch runs. Before any of its decisions
can be seen, the same facts and the versions that decide go to ``fraudstream/journal`` in the same
folder, where nothing is ever removed: Spark keeps only its newest batches. A batch that is run
again finds its entry there and is decided as it says.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.fs

from fraudstream.durable import sync
from fraudstream.errors import CheckpointIncompatible, InputInvalid
from fraudstream.events import number_of
from fraudstream.ports import Entry, Position

__all__ = ["Journal"]


class _Entry(msgspec.Struct, frozen=True):
    """An entry as it is written."""

    batch: int
    start: dict[int, int]
    end: dict[int, int]
    as_of: int
    versions: dict[str, str | None]
    epoch: int = 0


class Journal:
    """The batches of one query, from the folder or URL of its checkpoint."""

    def __init__(self, checkpoint: str, topics: tuple[str, ...]) -> None:
        self._files, self._root = pa.fs.FileSystem.from_uri(checkpoint)
        self._topics = topics

    def require(self, facts: Mapping[str, Any]) -> None:
        """Note what the state depends on, or raise ``CheckpointIncompatible`` if that was other."""
        path = self._path("fraudstream", "query.json")
        held = self._read(path)
        if held is None:
            self._write(path, msgspec.json.encode(facts))
            return
        then = msgspec.json.decode(held)
        differing = [
            f"{name} ({then.get(name)}, now {fact})"
            for name, fact in facts.items()
            if then.get(name) != fact
        ]
        if differing:
            raise CheckpointIncompatible(
                f"The checkpoint was made with other {', '.join(differing)}.",
                advice="Go back to those, or begin with another [spark] checkpoint: a new query "
                "reads the log from its beginning and so makes its state anew.",
            )

    def entry(self, batch: int) -> Entry | None:
        """A batch's entry, if it was noted."""
        raw = self._read(self._place(batch))
        return None if raw is None else _entry_of(raw)

    def note(self, batch: int, versions: Mapping[str, str | None], epoch: int) -> Entry:
        """The entry of a batch that Spark has begun: as noted before, else noted now."""
        noted = self.entry(batch)
        if noted is not None:
            return noted
        as_of, end = self._begun(batch)
        before = self._begun(batch - 1)[1] if batch else self._first()
        # a partition that is new begins where its log does
        start = {partition: before.get(partition, 0) for partition in end}
        raw = msgspec.json.encode(_Entry(batch, start, dict(end), as_of, dict(versions), epoch))
        self._write(self._place(batch), raw)
        return _entry_of(raw)

    def entries(self, after: int = -1) -> Iterator[Entry]:
        """All entries with a batch number over ``after``, ascending."""
        batch = after + 1
        while (entry := self.entry(batch)) is not None:
            yield entry
            batch += 1

    def last(self) -> Entry | None:
        """The newest entry."""
        folder = self._path("fraudstream", "journal")
        for _ in range(2):  # the newest thousand, then the newest of it
            names = self._names(folder)
            if not names:
                return None
            folder = posixpath.join(folder, max(names))
        return self.entry(int(posixpath.basename(folder).removesuffix(".json")))

    def _names(self, folder: str) -> list[str]:
        selector = pa.fs.FileSelector(folder, allow_not_found=True)
        found = [posixpath.basename(info.path) for info in self._files.get_file_info(selector)]
        return [name for name in found if not name.endswith(".new")]

    def _place(self, batch: int) -> str:
        """A file for each batch, a thousand to a folder."""
        thousand = f"{batch // 1000:09}"
        return self._path("fraudstream", "journal", thousand, f"{batch:012}.json")

    def _begun(self, batch: int) -> tuple[int, Position]:
        """Time and end offsets of a batch, as Spark noted them before it ran."""
        raw = self._read(self._path("offsets", str(batch)))
        if raw is None:
            raise InputInvalid(f"Spark's log has no batch {batch} any more.")
        _, facts, offsets = raw.decode().splitlines()
        return msgspec.json.decode(facts)["batchTimestampMs"], self._position(offsets)

    def _first(self) -> Position:
        """Where the first batch began: Spark notes it with its source."""
        raw = self._read(self._path("sources", "0", "0")) or b"{}"
        return self._position(raw.decode().splitlines()[-1])

    def _position(self, offsets: str) -> Position:
        said: dict[str, dict[int, int]] = msgspec.json.decode(
            offsets, type=dict[str, dict[int, int]]
        )
        return {
            number_of(self._topics.index(topic), partition): offset
            for topic, ends in said.items()
            for partition, offset in sorted(ends.items())
        }

    def _path(self, *names: str) -> str:
        return posixpath.join(self._root, *names)

    def _read(self, path: str) -> bytes | None:
        try:
            with self._files.open_input_stream(path) as file:
                content: bytes = file.read()
                return content
        except FileNotFoundError:
            return None

    def _write(self, path: str, content: bytes) -> None:
        """Whole or not at all, and durable on return."""
        self._files.create_dir(posixpath.dirname(path))
        with self._files.open_output_stream(f"{path}.new") as file:
            file.write(content)
        if isinstance(self._files, pa.fs.LocalFileSystem):
            sync(f"{path}.new")
        self._files.move(f"{path}.new", path)
        if isinstance(self._files, pa.fs.LocalFileSystem):
            sync(posixpath.dirname(path))


def _entry_of(raw: bytes) -> Entry:
    said = msgspec.json.decode(raw, type=_Entry)
    return Entry(said.batch, said.start, said.end, said.as_of, said.versions, said.epoch)
