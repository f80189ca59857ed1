"""What the journal topic holds: claims of ownership, batches, and which of them are written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import msgspec

from fraudstream.errors import StorageFailed
from fraudstream.ports import Entry

__all__ = ["Batch", "Claim", "Done", "Note", "Standing", "decode", "encode", "in_force"]


class Claim(msgspec.Struct, frozen=True, tag="claim"):
    """What an older epoch writes after this does not count; ``owner`` tells two engines apart."""

    epoch: int
    owner: str


class Batch(msgspec.Struct, frozen=True, tag="batch"):
    """A journal entry; ``whole`` if it became visible together with its decisions.

    ``origin`` is the source whose positions these are; earlier versions did not note it.
    """

    batch: int
    epoch: int
    start: dict[int, int]
    end: dict[int, int]
    as_of: int
    versions: dict[str, str | None]
    writer: int
    whole: bool
    origin: str = ""

    @classmethod
    def of(cls, entry: Entry, writer: int, whole: bool, origin: str = "") -> Self:
        """The note of an entry that the owner of epoch ``writer`` makes."""
        start, end, versions = dict(entry.start), dict(entry.end), dict(entry.versions)
        told = (entry.batch, entry.epoch, start, end, entry.as_of, versions)
        return cls(*told, writer, whole, origin)

    def entry(self) -> Entry:
        """The entry of the note."""
        return Entry(self.batch, self.start, self.end, self.as_of, self.versions, self.epoch)


class Done(msgspec.Struct, frozen=True, tag="done"):
    """All decisions of a batch are written."""

    batch: int
    writer: int


Note = Claim | Batch | Done

_decoder = msgspec.json.Decoder(Note)
encode = msgspec.json.Encoder().encode


def decode(value: bytes | None) -> Note:
    """A note from its bytes; raises ``StorageFailed`` if it is none."""
    try:
        return _decoder.decode(value or b"")
    except msgspec.MsgspecError as error:
        raise StorageFailed(
            f"The journal topic holds something that fraudstream did not write: {error}.",
            advice="Name another topic as journal, or remove what does not belong there.",
        ) from error


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a journal stands: its owner's epoch, the last batch noted, the last one wholly out.

    ``owner`` is who claimed last, if that is in the part of the journal that was looked at;
    ``origin`` the source that the last batch noted came from.
    """

    epoch: int = 0
    noted: int = -1
    whole: int = -1
    owner: str = ""
    origin: str = ""

    def after(self, note: Note) -> Standing:
        """The standing after one more note that counts."""
        match note:
            case Claim():
                return replace(self, epoch=note.epoch, owner=note.owner)
            case Done():
                return replace(self, epoch=note.writer, whole=max(self.whole, note.batch))
            case Batch():
                whole = note.batch if note.whole else note.batch - 1
                standing = replace(self, epoch=note.writer, origin=note.origin)
                return replace(standing, noted=note.batch, whole=whole)


def in_force(notes: Iterable[tuple[int, Note]], epoch: int = 0) -> Iterator[tuple[int, Note]]:
    """The notes that count: none of a writer whose epoch had ended. ``notes`` come with offsets."""
    for offset, note in notes:
        writer = note.epoch if isinstance(note, Claim) else note.writer
        if writer >= epoch:
            epoch = writer
            yield offset, note
