"""Bytes or Arrow columns to events: the way through the codec on one page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from fraudstream.codec import program as p
from fraudstream.codec import values as v
from fraudstream.codec.archive import decoded_again, is_archived
from fraudstream.codec.details import card_in, detail_of, field_of
from fraudstream.codec.normalise import Columns, normalise
from fraudstream.codec.raw import kept_bytes, kept_envelope, raw_of
from fraudstream.codec.spanned import Spanned, spans_of_lines
from fraudstream.codec.tables import check_columns, spans_of_table
from fraudstream.codec.texts import COUNTRY_ROOM, HASH_ROOM, PLACE_ROOM
from fraudstream.codec.words import I64
from fraudstream.events import Envelope, EventBatch, Lines, Records, Reject, Spans, log_order
from fraudstream.events.places import name_bounds, name_bytes
from fraudstream.schema import FieldType, Layout, Preset

__all__ = ["Decoded", "Decoder"]


@dataclass(frozen=True, slots=True)
class Decoded:
    """Events in log order, for each the record that it came from, and what could not be used.

    Rejects are the source's own first, then the codec's, both in log order.
    """

    events: EventBatch
    rows: I64
    rejects: tuple[Reject, ...]


class Decoder:
    """Reads the messages of one preset.

    The same message gives the same event in every batch, run and machine with the same secret. A
    message is rejected for its first problem: size, UTF-8, JSON, a key that stands twice, its kind,
    its event time, then its fields in the preset's order; the package says what each type accepts.
    """

    def __init__(self, preset: Preset, secret: bytes) -> None:
        """``secret`` are the 16 bytes that key all hashes; raises ``ValueError`` at others."""
        self._preset = preset
        self._plan = p.plan_of(preset, secret)
        self._room = _room_of(preset)

    def decode(self, records: Records) -> Decoded:
        """All events among the records; raises ``InputInvalid`` if a table lacks columns."""
        if not isinstance(records.payload, Lines) and is_archived(records.payload):
            events = decoded_again(records.payload, self._plan, self._preset)
            return Decoded(events, np.arange(len(records)), ())
        source = name_bytes(records.source)
        spanned = self._spans(records, self._room + len(source))
        columns = _empty_columns(len(records), self._plan.layout)
        cell = np.empty(self._plan.table[p.H_CELL], np.int64)
        cell[p.C_SIDE] = spanned.side
        rows, rejects = normalise(
            spanned.data,
            spanned.spans,
            spanned.faults,
            self._plan.table,
            tuple(columns),
            (
                source,
                name_bounds(records.source),
                records.partitions,
                records.offsets,
                records.timestamps,
            ),
            cell,
        )
        events = self._events(columns, spanned, rows, records)
        if len(rows) > 1:
            order = log_order(records.timestamps[rows], events.kinds, events.partitions)
            if order is not None:
                events, rows = events.take(order), rows[order]
        told = (*_own_rejects(records), *self._told(rejects, spanned, records))
        return Decoded(events, rows, told)

    def raw(self, records: Records, row: int) -> bytes:
        """A message's bytes as they may be kept; a table's row as JSON."""
        return kept_bytes(raw_of(records, row))

    def envelope(self, records: Records, row: int) -> Envelope:
        """A message's key and headers as they may be kept."""
        return kept_envelope(records.envelope(row))

    def _spans(self, records: Records, room: int) -> Spanned:
        spec = self._preset.input
        if isinstance(records.payload, Lines):
            return spans_of_lines(records.payload, self._plan, room)
        check_columns(records.payload, self._preset)
        return spans_of_table(records.payload, self._plan, spec.format == "csv", room)

    def _events(
        self, columns: Columns, spanned: Spanned, rows: I64, records: Records
    ) -> EventBatch:
        kept, is_whole = columns.first(len(rows)), len(rows) == len(records)
        return EventBatch(
            kinds=kept.kinds,
            event_times=kept.event_times,
            arrivals=kept.arrivals,
            ids=kept.ids,
            contents=kept.contents,
            hashes=kept.hashes,
            numbers=kept.numbers,
            codes=kept.codes,
            frauds=kept.frauds,
            known_ats=kept.known_ats,
            amounts=kept.amounts,
            currencies=kept.currencies,
            texts=Spans(spanned.data, kept.starts, kept.ends),
            partitions=records.partitions if is_whole else records.partitions[rows],
            offsets=records.offsets if is_whole else records.offsets[rows],
        )

    def _told(self, rejects: I64, spanned: Spanned, records: Records) -> Iterator[Reject]:
        for row, fault, guilty in rejects.tolist():
            raw = raw_of(records, row)
            field = field_of(self._plan, fault, guilty)
            is_card = fault == v.CARD_NUMBER and field is not None
            card = card_in(self._plan, spanned, row, field) if is_card and field else None
            yield Reject(
                reason=v.REASONS[fault],
                detail=detail_of(self._plan, spanned, (row, fault, guilty), len(raw)),
                raw=kept_bytes(raw, card),
                partition=int(records.partitions[row]),
                offset=int(records.offsets[row]),
                field=field.name if field else None,
                envelope=self.envelope(records, row),
            )


def _own_rejects(records: Records) -> Iterator[Reject]:
    """What the source itself could not read, masked."""
    for reject in records.rejects:
        yield replace(reject, raw=kept_bytes(reject.raw))


def _room_of(preset: Preset) -> int:
    """Bytes that one message may need in the side buffer, beside its source's name."""
    concealed = sum(field.hash for field in preset.fields)
    countries = sum(field.type is FieldType.COUNTRY for field in preset.fields)
    return concealed * HASH_ROOM + countries * COUNTRY_ROOM + PLACE_ROOM


def _empty_columns(rows: int, layout: Layout) -> Columns:
    texts = (rows, len(layout.texts))
    return Columns(
        kinds=np.empty(rows, np.uint8),
        frauds=np.empty(rows, np.int8),
        event_times=np.empty(rows, np.int64),
        arrivals=np.empty(rows, np.int64),
        known_ats=np.empty(rows, np.int64),
        amounts=np.empty(rows, np.int64),
        currencies=np.empty(rows, np.int16),
        ids=np.empty((rows, 2), np.uint64),
        contents=np.empty(rows, np.uint64),
        hashes=np.empty((rows, len(layout.hashed), 2), np.uint64),
        numbers=np.empty((rows, len(layout.numbers)), np.int64),
        codes=np.empty((rows, len(layout.enums)), np.int16),
        starts=np.empty(texts, np.int64),
        ends=np.empty(texts, np.int64),
    )
