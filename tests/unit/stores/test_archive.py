"""What a store keeps of a log decodes to the same events again."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.codec.messages import PRESET, SECRET, message, preset_with, records_of

from fraudstream.codec import Decoder
from fraudstream.decisions import form_of
from fraudstream.errors import InputInvalid
from fraudstream.events import EventBatch, Records
from fraudstream.schema import Field, FieldType, Preset
from fraudstream.stores.sql.archive import packed, table_of, unpacked

text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
messages = st.fixed_dictionaries(
    {
        "id": text,
        "time": st.datetimes(datetime(2025, 2, 1), datetime(2026, 1, 1)).map(
            lambda moment: f"{moment.isoformat()}Z"
        ),
        "money": st.fixed_dictionaries(
            {
                "amount": st.integers(0, 10**9),
                "currency": st.sampled_from(["EUR", "JPY", "USD"]),
            }
        ),
    },
    optional={
        "account": text,
        "card": text,
        "channel": st.sampled_from(["pos", "ecom", "another"]),
        "place": st.fixed_dictionaries(
            {}, optional={"country": st.sampled_from(["DE", "Germany", "?"]), "lat": st.just(-1.5)}
        ),
        "note": text,
        "seen": st.integers(0, 10**9),
        "fraud": st.booleans(),
        "known": st.just("2026-01-01T00:00:00Z"),
        "kind": st.sampled_from(["transaction", "label", "reversal", "profile"]),
    },
)


def events_in(records: Records, preset: Preset = PRESET) -> EventBatch:
    return Decoder(preset, SECRET).decode(records).events


def kept_and_read(records: Records, then: Preset = PRESET, now: Preset | None = None) -> EventBatch:
    """What is decoded with one preset, kept, and read with another."""
    events = events_in(records, then)
    again = unpacked(packed(table_of(events, form_of(then))))
    places = replace(records_of(again), partitions=events.partitions, offsets=events.offsets)
    return events_in(places, now or then)


def said(events: EventBatch) -> dict[str, Any]:
    """Every column, comparable."""
    columns = {f.name: getattr(events, f.name) for f in fields(EventBatch)}
    spans = columns.pop("texts")
    rows, width = spans.starts.shape
    texts = [[spans.text(row, k) for k in range(width)] for row in range(rows)]
    return {name: (str(a.dtype), a.tolist()) for name, a in columns.items()} | {"texts": texts}


@given(st.lists(messages, max_size=5))
def test_every_column_of_every_event_comes_back(batch: list[dict[str, Any]]) -> None:
    records = records_of([json.dumps(each).encode() for each in batch])
    assert said(kept_and_read(records)) == said(events_in(records))


def test_a_table_of_the_log_is_kept_like_its_messages() -> None:
    columns = {"id": ["a", "b"], "time": ["2026-01-31T13:00:05Z"] * 2, "account": ["x", None]}
    money = pa.array([{"amount": "1.50", "currency": "EUR"}] * 2)
    table = pa.record_batch({**{n: pa.array(v) for n, v in columns.items()}, "money": money})
    whole = replace(PRESET, entities=PRESET.entities[:1])
    records = records_of(table)
    assert said(kept_and_read(records, whole)) == said(events_in(records, whole))


def test_an_id_made_of_the_place_in_the_log_is_kept() -> None:
    unnamed = replace(PRESET, fields=tuple(f for f in PRESET.fields if f.name != "transaction_id"))
    records = records_of([message(), message()], source="topic")
    assert said(kept_and_read(records, unnamed)) == said(events_in(records, unnamed))


def test_other_entities_and_filters_over_the_same_fields_are_served() -> None:
    changed = replace(PRESET, entities=(("note", ("note",)), ("card", ("card_id",))))
    records = records_of([message(note="a b", card="tok_1"), message(id="tx2")])
    read, fresh = said(kept_and_read(records, PRESET, changed)), said(events_in(records, changed))
    # by it a copy is told from a conflict, and it depends on what is hashed
    del read["contents"], fresh["contents"]
    assert read == fresh


def test_a_field_that_was_not_declared_then_is_absent() -> None:
    more = (*PRESET.fields, Field("device_id", ("device",), FieldType.TEXT))
    changed = replace(PRESET, fields=more, entities=(("device", ("device_id",)),))
    read = kept_and_read(records_of([message(device="d1")]), PRESET, changed)
    assert read.hashes.tolist() == [[[0, 0]]]
    assert said(read)["texts"] == said(events_in(records_of([message()]), changed))["texts"]


def test_what_the_preset_hashes_is_not_kept_in_the_clear() -> None:
    kept = table_of(events_in(records_of([message(card="tok_visible")])), form_of(PRESET))
    assert "tok_visible" not in str(kept.to_pydict())


@pytest.mark.parametrize(
    "changed",
    [
        preset_with("lat", decimals=2),
        replace(PRESET, currency=replace(PRESET.currency, base="USD")),
    ],
)
def test_numbers_in_another_unit_are_refused(changed: Preset) -> None:
    records = records_of([message(place={"lat": 1.5})])
    with pytest.raises(InputInvalid, match="another unit"):
        kept_and_read(records, PRESET, changed)


def test_ids_that_were_hashed_with_another_secret_are_refused() -> None:
    kept = records_of(table_of(events_in(records_of([message()])), form_of(PRESET)))
    with pytest.raises(InputInvalid, match="another secret"):
        Decoder(PRESET, bytes(16)).decode(kept)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_damaged_bytes_are_refused_and_never_believed_in_part(at: int, flip: int) -> None:
    whole = packed(table_of(events_in(records_of([message()] * 3)), form_of(PRESET)))
    damaged = bytearray(whole)
    damaged[at % len(whole)] ^= flip
    try:
        read = unpacked(bytes(damaged))
    except InputInvalid:
        return
    assert read.num_rows == 3


def test_one_event_takes_few_bytes_and_many_take_fewer_each() -> None:
    def size(count: int) -> int:
        batch = [message(id=f"tx{k}", account=f"acc{k % 50}") for k in range(count)]
        return len(packed(table_of(events_in(records_of(batch)), form_of(PRESET)))) // count

    assert size(1) < 500
    assert size(1000) < 60
