"""The journal topic, read: where it stands, and its entries from any batch on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fraudstream.errors import Unavailable
from fraudstream.kafka.client import Cluster, library
from fraudstream.kafka.failures import failure_of
from fraudstream.ports import Entry
from fraudstream.sinks.kafka.notes import Batch, Note, Standing, decode, in_force

__all__ = ["Journal"]

_SECONDS = 5.0
_CHUNK = 1024
_TAIL = 64
"""Offsets looked at first from the end, and before a place found by bisection: more than any
former owner can have left there."""


@dataclass(slots=True)
class _Piece:
    """Notes with their offsets, all there are from ``start`` to ``end``."""

    start: int = 0
    end: int = 0
    notes: list[tuple[int, Note]] = field(default_factory=list)


@dataclass(slots=True)
class _Place:
    """The offset after the note of a batch, and the epoch in force there."""

    batch: int
    offset: int
    epoch: int


class Journal:
    """Committed notes of the one partition of ``topic``; batch numbers ascend with the offset."""

    def __init__(self, cluster: Cluster, topic: str) -> None:
        self.topic = topic
        self._client = cluster.consumer({"fetch.wait.max.ms": 10})
        self._piece = _Piece()
        self._place: _Place | None = None

    def standing(self) -> Standing:
        """Where the journal stands now."""
        first, end = self._bounds()
        reach = _TAIL
        while True:
            start = max(first, end - reach)
            standing = Standing()
            for _, note in in_force(self._notes(start, end)):
                standing = standing.after(note)
            if start == first or (standing.epoch and standing.noted >= 0):
                return standing
            reach *= 16

    def since(self, offset: int) -> Standing:
        """What the notes from ``offset`` to the end alone say."""
        standing = Standing()
        for _, note in in_force(self._notes(offset, self._bounds()[1])):
            standing = standing.after(note)
        return standing

    def end(self) -> int:
        """The offset after the last note."""
        return self._bounds()[1]

    def entries(self, after: int) -> Iterator[Entry]:
        """Entries of batches over ``after``, ascending, up to the end as it is now."""
        first, end = self._bounds()
        at, epoch = self._begin(after, first, end)
        for offset, note in in_force(self._notes(at, end), epoch):
            if isinstance(note, Batch) and note.batch > after:
                self._place = _Place(note.batch, offset + 1, note.writer)
                yield note.entry()

    def close(self) -> None:
        """Leave; may be called twice."""
        self._client.close()

    def _begin(self, after: int, first: int, end: int) -> tuple[int, int]:
        """An offset before which every batch is ``after`` or earlier, and an epoch in force."""
        place = self._place
        if place is not None and place.batch == after and place.offset >= first:
            return place.offset, place.epoch
        low, high = first, max(first, end - _TAIL)
        while high - low > _TAIL:
            middle = (low + high) // 2
            batch = self._batch_near(middle)
            low, high = (middle, high) if batch <= after else (low, middle)
        return max(first, low - _TAIL), 0

    def _batch_near(self, offset: int) -> int:
        """The number of the first batches from ``offset`` on, that of their newest owner."""
        notes = [note for _, note in self._read(offset, _TAIL).notes if isinstance(note, Batch)]
        return max(((note.writer, note.batch) for note in notes), default=(0, -1))[1]

    def _notes(self, start: int, end: int) -> Iterator[tuple[int, Note]]:
        """All notes of a range of offsets."""
        at = start
        while at < end:
            if not self._piece.start <= at < self._piece.end:
                self._piece = self._read(at, min(_CHUNK, end - at))
            piece = self._piece
            yield from [pair for pair in piece.notes if at <= pair[0] < end]
            if piece.end == at:
                return  # what follows is not committed
            at = piece.end

    def _read(self, start: int, most: int) -> _Piece:
        """At least ``most`` offsets from ``start`` on, or up to the end."""
        piece = _Piece(start, start)
        self._client.assign([self._partition(start)])
        try:
            while piece.end < start + most:
                got = self._client.consume(1, _SECONDS)
                got += self._client.consume(most, 0)
                if not got:
                    raise Unavailable(f"Kafka does not answer. Reading {self.topic}")
                if not self._put(piece, got):
                    break
            return piece
        finally:
            self._client.unassign()

    def _put(self, piece: _Piece, got: list[Any]) -> bool:
        """Add messages to a piece; whether there can be more."""
        for message in got:
            error = message.error()
            if error is None:
                piece.notes.append((message.offset(), decode(message.value())))
                piece.end = message.offset() + 1
            elif error.code() == library().KafkaError._PARTITION_EOF:
                piece.end = max(piece.end, message.offset())
                return False
            else:
                raise failure_of(error, f"Reading {self.topic}")
        return True

    def _partition(self, offset: int = -1001) -> Any:
        return library().TopicPartition(self.topic, 0, offset)

    def _bounds(self) -> tuple[int, int]:
        try:
            low, high = self._client.get_watermark_offsets(self._partition(), timeout=_SECONDS)
        except library().KafkaException as error:
            raise failure_of(error, f"Reading {self.topic}") from error
        return low, high
