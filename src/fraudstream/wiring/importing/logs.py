"""The log that events enter: the file or the topics that the engine reads."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from fraudstream.config import Settings
from fraudstream.errors import InputInvalid, Problem, StorageFailed, UsageInvalid
from fraudstream.kafka import Event, Layout, Writer
from fraudstream.wiring.kafka import Place, cluster_of, made, read_topics
from fraudstream.wiring.places import only_source
from fraudstream.wiring.schemes import is_kafka, is_store

__all__ = ["Addition", "Log", "log_of"]

Addition = tuple[bytes | None, bytes, tuple[tuple[str, bytes | None], ...]]
"""Key, message, headers."""

_LINES = (".jsonl", ".ndjson", ".json")


class Log(Protocol):
    """Takes messages at its end; they are durable once ``finish`` has returned."""

    name: str

    def append(self, additions: Iterable[Addition]) -> None:
        """Add messages in order."""
        ...

    def finish(self) -> None:
        """Make durable what was added."""
        ...


def log_of(settings: Settings, to: str | None, topic: str) -> Log:
    """The log at ``to``, else the one that the engine reads: of its topics this, if it is one.

    Raises ``UsageInvalid`` for a log that nothing can be added to.
    """
    place = to or only_source(settings)
    if place == "-":
        if to is None:
            raise UsageInvalid(
                "the engine reads standard input, to which another program cannot add",
                advice="Write the messages out and send them through the same pipe: --to -",
            )
        return _StandardOutput()
    if is_kafka(place):
        return _Topic(settings, place, None if to else topic)
    if is_store(place) or "://" in place or Path(place).suffix not in _LINES:
        raise UsageInvalid(
            f"nothing can be added to {place}: it is no log of JSON lines",
            advice="Name a .jsonl file, a kafka:// topic, or - with --to.",
        )
    return _Lines(Path(place))


class _Lines:
    """A file of JSON lines; of what a full disk cuts short, whole lines stay."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        try:
            self._file = path.open("r+b" if path.exists() else "x+b", buffering=0)
            fcntl.flock(self._file, fcntl.LOCK_EX)
            end = self._file.seek(0, os.SEEK_END)
            self._is_cut = end > 0 and os.pread(self._file.fileno(), 1, end - 1) != b"\n"
        except OSError as error:
            raise InputInvalid(
                f"The log {path} cannot be opened for adding to it.",
                [Problem(error.strerror or str(error), str(path))],
            ) from error

    def append(self, additions: Iterable[Addition]) -> None:
        lines = b"".join(_line(message) for _, message, _ in additions)
        if self._is_cut and lines:
            lines, self._is_cut = b"\n" + lines, False
        left = memoryview(lines)
        try:
            while left:
                left = left[self._file.write(left) or 0 :]
        except OSError as error:
            written = lines[: len(lines) - len(left)]
            self._file.truncate(self._file.tell() - len(written) + written.rfind(b"\n") + 1)
            raise self._refused(error) from error

    def finish(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._refused(error) from error
        self._file.close()

    def _refused(self, error: OSError) -> StorageFailed:
        return StorageFailed(
            f"{self.name} takes no more; its last line is whole.",
            [Problem(error.strerror or str(error), self.name)],
            "Free space or restore the permission, then run the command again: what comes twice "
            "changes nothing.",
        )


def _line(message: bytes) -> bytes:
    """A message on one line: JSON takes a blank for a line end."""
    return message.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


class _StandardOutput:
    """Lines for a pipe."""

    name = "standard output"

    def append(self, additions: Iterable[Addition]) -> None:
        sys.stdout.buffer.write(b"".join(_line(message) for _, message, _ in additions))

    def finish(self) -> None:
        sys.stdout.buffer.flush()


class _Topic:
    """The topic that is wanted if the engine reads it, else the first of those that are named."""

    def __init__(self, settings: Settings, url: str, wanted: str | None) -> None:
        place = Place.parse(url)
        is_read = wanted is not None and wanted in read_topics(place, settings.kafka)
        self.name = self._topic = wanted if is_read and wanted else place.topics[0]
        made(settings.kafka, place.servers, {self._topic: Layout(settings.kafka.partitions)})
        self._writer = Writer(cluster_of(settings.kafka, place.servers))

    def append(self, additions: Iterable[Addition]) -> None:
        self._writer.write(
            Event(self._topic, message, key, headers=headers) for key, message, headers in additions
        )

    def finish(self) -> None:
        self._writer.finish()
