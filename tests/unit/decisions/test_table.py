from __future__ import annotations

import json
from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.decisions.outcomes import NOON, PRESET, Row, outcome_of, with_flags

from fraudstream.decisions.encode import encode
from fraudstream.decisions.form import form_of
from fraudstream.decisions.table import Placement, to_arrow

FORM = form_of(PRESET)
PLACEMENT = Placement(batch=5, versions_id=2, decided_at=NOON + 1, latency_us=40)
DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
said = st.fixed_dictionaries({}, optional={name: texts for name in ("country", "shop_note")})
rows = st.builds(
    Row,
    transaction_id=st.none() | texts,
    account_id=st.none() | texts,
    event_time=st.integers(0, 4_000_000_000_000),
    amount=st.integers(0, 10**12),
    currency=st.sampled_from(list(DIGITS)),
    texts=said,
    numbers=st.fixed_dictionaries({}, optional={"lat": st.integers(-90_000_000, 90_000_000)}),
    offset=st.integers(0, 2**63 - 1),
)
batches = st.lists(st.tuples(rows, st.integers(0, 1_000_000)), max_size=5)


def table(batch: list[tuple[Row, int]]) -> pa.RecordBatch:
    outcome = outcome_of([row for row, _ in batch], [score for _, score in batch])
    return to_arrow(outcome, FORM, PLACEMENT)


@given(batches)
def test_every_row_says_what_its_message_said(batch: list[tuple[Row, int]]) -> None:
    kept = table(batch)
    kept.validate(full=True)
    for (row, score), columns in zip(batch, kept.to_pylist(), strict=True):
        made = f"raw_transactions-{row.partition}-{row.offset}"
        assert columns["transaction_id"] == (
            made if row.transaction_id is None else row.transaction_id
        )
        assert columns["account_id"] == row.account_id
        assert columns["country"] == row.texts.get("country")
        assert columns["amount"] == Decimal(row.amount).scaleb(-DIGITS[row.currency])
        assert columns["amount_base"] == Decimal(row.amount).scaleb(-2)
        assert columns["event_time"].timestamp() == row.event_time / 1000
        assert columns["score"] == score / 1_000_000
        lat = row.numbers.get("lat")
        assert columns["lat"] == (None if lat is None else lat / 1_000_000)
        note = {"shop_note": row.texts["shop_note"]} if "shop_note" in row.texts else {}
        assert json.loads(columns["attributes"]) == note


@given(batches)
def test_the_table_agrees_with_the_decision_record(batch: list[tuple[Row, int]]) -> None:
    outcome = outcome_of([row for row, _ in batch], [score for _, score in batch])
    records = [json.loads(line) for line in encode(outcome, FORM).split(b"\n")[:-1]]
    for record, columns in zip(
        records, to_arrow(outcome, FORM, PLACEMENT).to_pylist(), strict=True
    ):
        for name in ("expected_cost", "reasons", "rules", "lists", "challengers"):
            assert json.loads(columns[name]) == record[name]
        for name in ("transaction_id", "account_id", "currency", "action", "decided_by", "flags"):
            assert columns[name] == record[name]
        assert float(columns["amount"]) == record["amount"]
        assert columns["source_offset"] == record["source"]["offset"]


def test_flags_are_lists_of_names() -> None:
    outcome = with_flags(outcome_of([Row(), Row()], [0, 0]), 5, 1.0)
    outcome.flags[0] = 0
    flags = to_arrow(outcome, FORM, PLACEMENT).column("flags").to_pylist()
    assert flags == [[], ["late", "degraded"]]


def test_missing_features_are_null() -> None:
    features = table([(Row(), 0)]).column("features").to_pylist()
    assert features == [[None, 6.0, None]]


def test_where_and_when_it_was_decided_stands_beside_it() -> None:
    (columns,) = table([(Row(partition=3, offset=9), 0)]).to_pylist()
    assert (columns["batch"], columns["batch_row"], columns["versions_id"]) == (5, 0, 2)
    assert (columns["source_partition"], columns["source_offset"]) == (3, 9)
    assert columns["decided_at"].timestamp() * 1000 == NOON + 1
    assert columns["latency_us"] == 40
