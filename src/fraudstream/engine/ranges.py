"""Reading a batch's messages again."""

from __future__ import annotations

from fraudstream.errors import InputInvalid
from fraudstream.events import Records
from fraudstream.ports import Entry, Source

__all__ = ["read_again"]

_ALL = 1 << 62


def read_again(source: Source, entry: Entry) -> Records:
    """Exactly the records of a batch, in one piece; raises ``InputInvalid`` if they are gone."""
    if source.position() != entry.start:
        source.seek(entry.start)
    parts: list[Records] = []
    while source.position() != entry.end:
        records = source.poll(_ALL, until=entry.end)
        if records is None:
            raise InputInvalid(
                f"{source.name} ends before {dict(entry.end)}, where batch {entry.batch} did.",
                advice="Restore the input as it was, then start again.",
            )
        if len(records) or records.rejects:
            parts.append(records)
    return Records.joined(parts)
