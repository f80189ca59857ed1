"""The journal's lines as the tables ``journal`` and ``versions`` hold them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fraudstream.ports import Entry, Position

__all__ = ["ALL_VERSIONS", "ENTRIES", "VERSIONS", "entry_of", "ranges_of", "versions_key"]

VERSIONS = ("kernel", "features", "model", "policy", "rules", "lists")

ALL_VERSIONS = f"select id, {', '.join(VERSIONS)} from versions order by id"

ENTRIES = f"""
    select batch, epoch, ranges, as_of, {", ".join(VERSIONS)}
    from journal join versions on versions.id = journal.versions_id
    where batch > $1 order by batch
"""


def versions_key(versions: Mapping[str, str | None]) -> tuple[str | None, ...]:
    """Versions in the order of the table's columns."""
    return tuple(versions[name] for name in VERSIONS)


def ranges_of(entry: Entry) -> str:
    """The column ``ranges``."""
    return json.dumps({"start": dict(entry.start), "end": dict(entry.end)})


def entry_of(batch: int, epoch: int, ranges: str, as_of: int, *versions: str | None) -> Entry:
    """A row of :data:`ENTRIES`."""
    said = json.loads(ranges)
    start, end = _position(said["start"]), _position(said["end"])
    return Entry(batch, start, end, as_of, dict(zip(VERSIONS, versions, strict=True)), epoch)


def _position(offsets: Mapping[str, int]) -> Position:
    return {int(partition): offset for partition, offset in offsets.items()}
