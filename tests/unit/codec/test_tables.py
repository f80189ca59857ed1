"""Arrow record batches: columns of every type become what the same JSON message becomes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.codec.messages import (
    DECODER,
    FIELDS,
    PRESET,
    SECRET,
    message,
    preset_with,
    records_of,
    texts_of,
)

from fraudstream.codec import Decoded, Decoder
from fraudstream.codec.cards import mask_cards
from fraudstream.errors import InputInvalid
from fraudstream.events import MISSING, NO_CODE, Reason
from fraudstream.schema import Preset

CSV = Decoder(replace(PRESET, input=replace(PRESET.input, format="csv")), SECRET)


def column(values: list[Any], kind: pa.DataType | None = None) -> pa.Array:
    return pa.array(values, kind)


def table(**columns: pa.Array | list[Any]) -> pa.RecordBatch:
    """A batch with the fine message's columns, some of them changed or added; __ is a dot."""
    rows = max((len(values) for values in columns.values()), default=1)
    fine: dict[str, Any] = {
        "id": [f"tx{i}" for i in range(rows)],
        "time": ["2026-01-31T13:00:05.120Z"] * rows,
        "money.amount": ["512.30"] * rows,
        "money.currency": ["EUR"] * rows,
        "account": ["acc1"] * rows,
        "card": [None] * rows,
        "place.country": ["DE"] * rows,
    }
    named = {name.replace("__", "."): values for name, values in columns.items()}
    merged = fine | named
    arrays = {
        name: values if isinstance(values, pa.Array) else pa.array(values)
        for name, values in merged.items()
    }
    return pa.record_batch(list(arrays.values()), names=list(arrays))


def decode(batch: pa.RecordBatch, decoder: Decoder = DECODER) -> Decoded:
    return decoder.decode(records_of(batch))


def times(values: pa.Array, preset: Preset = PRESET) -> list[int]:
    return decode(table(time=values), Decoder(preset, SECRET)).events.event_times.tolist()


def test_a_row_means_what_the_same_message_means() -> None:
    batch = table(
        id=["tx1"], place__lat=[1.5], channel=["pos"], note=["n"], fraud=[False], card=["tok"]
    )
    raw = message(
        place={"country": "DE", "lat": 1.5}, channel="pos", note="n", fraud=False, card="tok"
    )
    row, line = decode(batch), DECODER.decode(records_of([raw]))
    assert row.events.contents.tolist() == line.events.contents.tolist()
    assert row.events.ids.tolist() == line.events.ids.tolist()
    assert row.events.hashes.tolist() == line.events.hashes.tolist()
    assert row.events.numbers.tolist() == line.events.numbers.tolist()
    assert texts_of(row) == texts_of(line)


STRING_TYPES = [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.binary()]


@pytest.mark.parametrize("kind", STRING_TYPES, ids=str)
def test_texts_may_be_stored_in_any_way(kind: pa.DataType) -> None:
    values = pa.array(["a", None, "caf\u00e9", "a"]).cast(kind)
    shown = [row.get("account_id") for row in texts_of(decode(table(account=values)))]
    assert shown == ["a", None, "caf\u00e9", "a"]


@pytest.mark.parametrize("kind", [pa.int8(), pa.int64(), pa.uint64()], ids=str)
def test_whole_numbers_are_texts_and_amounts(kind: pa.DataType) -> None:
    decoded = decode(table(account=column([7, None], kind), money__amount=column([12, 3], kind)))
    assert [row.get("account_id") for row in texts_of(decoded)] == ["7", None]
    assert decoded.events.amounts.tolist() == [1200, 300]


def test_ids_that_a_tool_made_floats_stay_what_they_were() -> None:
    decoded = decode(table(account=column([596.0, None, 4961.0])))
    assert [row.get("account_id") for row in texts_of(decoded)] == ["596", None, "4961"]
    assert decode(table(account=[596.5])).rejects[0].reason is Reason.FIELD_TYPE


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32()], ids=str)
def test_a_float_amount_is_its_shortest_decimal(kind: pa.DataType) -> None:
    amounts = column([0.1, 57.16, 1e-5, 3.0], kind)
    decoded = decode(table(money__amount=amounts))
    assert decoded.events.amounts.tolist() == [10, 5716, 300]
    assert decoded.rejects[0].reason is Reason.AMOUNT_DECIMALS


def test_a_float_that_is_no_number_is_rejected() -> None:
    decoded = decode(table(money__amount=[float("nan"), float("inf"), -float("inf"), 1.0]))
    reasons = [reject.reason for reject in decoded.rejects]
    assert reasons == [Reason.AMOUNT_NOT_FINITE] * 3
    assert decoded.events.amounts.tolist() == [100]


def test_decimals_are_taken_as_they_are() -> None:
    amounts = column([Decimal("512.3000"), Decimal("10000000000.0000")])
    assert decode(table(money__amount=amounts)).events.amounts.tolist() == [51230, 10**12]


@pytest.mark.parametrize(
    ("unit", "value", "ms"),
    [
        ("s", 1_769_864_405, 1_769_864_405_000),
        ("ms", 1_769_864_405_120, 1_769_864_405_120),
        ("us", 1_769_864_405_120_999, 1_769_864_405_120),
        ("ns", 1_769_864_405_120_999_999, 1_769_864_405_120),
    ],
)
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_timestamps_are_instants_to_the_millisecond(
    unit: str, value: int, ms: int, zone: str | None
) -> None:
    stamp = column([value], pa.int64()).cast(pa.timestamp(unit, zone))
    assert times(stamp) == [ms]


def test_a_timestamp_without_a_zone_is_in_the_fields_own() -> None:
    berlin = preset_with("event_time", zone="Europe/Berlin")
    noon = datetime(2026, 7, 1, 12)
    utc = int(noon.replace(tzinfo=UTC).timestamp()) * 1000
    assert times(column([noon]), berlin) == [utc - 7_200_000]
    assert times(column([noon]).cast(pa.timestamp("us", "UTC")), berlin) == [utc]
    skipped = decode(table(time=column([datetime(2026, 3, 29, 2, 30)])), Decoder(berlin, SECRET))
    assert skipped.rejects[0].reason is Reason.TIME_UNPARSABLE
    assert skipped.rejects[0].field == "event_time"


def test_a_day_is_its_midnight() -> None:
    assert times(column([date(2026, 1, 31)])) == [1_769_817_600_000]


def test_times_beyond_all_belief_are_rejected() -> None:
    far = column([2**62, -(2**62)], pa.int64()).cast(pa.timestamp("s"))
    rejects = decode(table(time=far)).rejects
    reasons = [reject.reason for reject in rejects]
    assert reasons == [Reason.TIME_FUTURE, Reason.TIME_PAST]
    assert str(2**62).encode() in rejects[0].raw


def test_booleans_are_verdicts_and_no_texts() -> None:
    decoded = decode(table(fraud=[True, False, None]))
    assert decoded.events.frauds.tolist() == [1, 0, -1]
    assert decode(table(account=[True])).rejects[0].reason is Reason.FIELD_TYPE


def test_lists_and_clock_times_are_of_the_wrong_type() -> None:
    assert decode(table(account=[["a"]])).rejects[0].reason is Reason.FIELD_TYPE
    clock = column([1], pa.int32()).cast(pa.time32("s"))
    assert decode(table(time=clock)).rejects[0].reason is Reason.FIELD_TYPE


def test_a_struct_is_an_object() -> None:
    struct = column([{"amount": 5, "currency": "USD"}, None])
    batch = table(id=["a", "b"]).drop_columns(["money.amount", "money.currency"])
    batch = batch.append_column("money", struct)
    decoded = decode(batch)
    assert decoded.events.amounts.tolist() == [500]
    assert decoded.rejects[0].reason is Reason.FIELD_MISSING


def test_null_is_missing_in_parquet_and_an_empty_text_is_not() -> None:
    decoded = decode(table(account=["", None], channel=column([None, None])))
    assert decoded.rejects[0].reason is Reason.ID_EMPTY
    assert decoded.events.codes.tolist() == [[NO_CODE]]
    assert decoded.events.offsets.tolist() == [1]


def test_an_empty_cell_of_csv_is_missing() -> None:
    decoded = decode(table(account=["", "a"], note=["", ""]), CSV)
    assert [row.get("account_id") for row in texts_of(decoded)] == [None, "a"]
    assert decode(table(id=[""]), CSV).rejects[0].reason is Reason.FIELD_MISSING


def test_csv_cells_are_texts_that_are_read_by_type() -> None:
    batch = table(place__lat=["52.5205"], fraud=["1"], seen=["1700000000"], kind=["transaction"])
    events = decode(batch, CSV).events
    assert events.numbers[0].tolist() == [51230, 52520, MISSING, 1_700_000_000_000]
    assert events.frauds.tolist() == [1]


def test_text_that_is_not_utf8_is_rejected_and_can_be_shown() -> None:
    damaged = pa.array([b"caf\xe9", "caf\u00e9".encode()])
    for kind in (damaged, _unchecked_text(b"caf\xe9", "caf\u00e9".encode())):
        decoded = decode(table(account=kind))
        assert [r.reason for r in decoded.rejects] == [Reason.UTF8_INVALID]
        assert b"caf" in decoded.rejects[0].raw
        assert texts_of(decoded)[0]["account_id"] == "caf\u00e9"


def _unchecked_text(*values: bytes) -> pa.Array:
    """A string column as a careless writer leaves it."""
    ends = np.cumsum([0, *map(len, values)]).astype(np.int32)
    buffers = [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(values))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def test_a_cut_sequence_is_not_completed_by_the_next_cell() -> None:
    decoded = decode(table(account=_unchecked_text(b"\xc3", b"\xa9")))
    assert [r.reason for r in decoded.rejects] == [Reason.UTF8_INVALID] * 2


def test_a_slice_of_a_batch_is_decoded_as_that_slice() -> None:
    batch = table(
        account=[f"acc{i}" for i in range(6)],
        money__amount=[float(i) for i in range(6)],
        seen=[datetime(2026, 1, 1 + i) for i in range(6)],
        fraud=[None, True, False, True, None, False],
    )
    whole, part = decode(batch), decode(batch.slice(2, 3))
    assert part.events.contents.tolist() == whole.events.contents[2:5].tolist()
    assert texts_of(part) == texts_of(whole)[2:5]


def test_a_table_without_rows_gives_no_events() -> None:
    assert len(decode(table().slice(0, 0)).events) == 0


def test_all_missing_columns_are_named_with_what_was_probably_meant() -> None:
    batch = table().rename_columns(
        ["ID", "tiem", "money.amount", "money.currency", "acount", "card", "place.country"]
    )
    with pytest.raises(InputInvalid) as caught:
        decode(batch)
    problems = [problem.text for problem in caught.value.problems]
    assert problems == [
        'no column "id" for transaction_id; did you mean "ID"?',
        'no column "time" for event_time; did you mean "tiem"?',
        'no column "account" for account_id; did you mean "acount"?',
    ]


def test_a_column_that_only_other_kinds_of_event_carry_may_lack() -> None:
    assert "known" not in table().schema.names
    assert len(decode(table()).events) == 1


def test_a_rejected_row_is_kept_as_json_masked() -> None:
    decoded = decode(table(note=["4111111111111111"], seen=[datetime(2026, 1, 1)]))
    kept = json.loads(decoded.rejects[0].raw)
    assert kept["note"] == "************1111"
    assert kept["seen"] == "2026-01-01 00:00:00"
    assert DECODER.raw(records_of(table(id=["x"])), 0).startswith(b'{"id": "x"')


def test_every_field_of_the_preset_is_a_path_of_the_table() -> None:
    assert {field.path for field in FIELDS} == set(DECODER._plan.paths.paths)
    assert mask_cards(b"") == b""
