from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.decisions.outcomes import DAY, NOON, PRESET, VERSIONS, Row, outcome_of, with_flags

from fraudstream.decisions.explanation import in_words
from fraudstream.errors import CheckFailed, NotReachable
from fraudstream.events import Kind
from fraudstream.ports import Entry
from fraudstream.stores.duckdb import DuckDBStore, open_reader
from fraudstream.stores.sql.reading import Reader


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    store = DuckDBStore(tmp_path / "store.duckdb", PRESET, clock=lambda: NOON)
    rows = [
        Row("caught", texts={"country": "DE", "shop_note": "gift"}, partition=3, offset=9),
        Row("fine", account_id=None),
    ]
    outcome = with_flags(outcome_of(rows, [931_200, 0]), 2, 0.5)
    store.write(Entry(4, {3: 0}, {3: 10}, NOON, VERSIONS.as_dict()), outcome)
    label = Row(
        "caught",
        kind=Kind.LABEL,
        fraud=1,
        arrival=NOON + DAY,
        texts={"reason_code": "10.4"},
    )
    store.write(
        Entry(5, {3: 10}, {3: 11}, NOON, VERSIONS.as_dict()), outcome_of([], [], others=[label])
    )
    yield store.reader()
    store.close()


def test_figures_are_plain_json_with_everything_about_a_decision(reader: Reader) -> None:
    figures = reader.explain("caught")
    assert json.loads(json.dumps(figures)) == figures
    assert figures["action"] == "decline"
    assert figures["expected_cost"] == {"approve": 477.05, "review": 3.0, "decline": 0.55}
    assert figures["event_time"] == "2026-11-24T13:00:05.120Z"
    assert figures["fields"] == {"country": "DE", "shop_note": "gift"}
    assert figures["features"][1] == {
        "name": "account_count_1h",
        "value": 6.0,
        "meaning": "transactions of this account in the hour before",
    }
    assert figures["features"][0]["value"] is None
    assert figures["labels"] == [
        {
            "is_fraud": True,
            "source": None,
            "reason_code": "10.4",
            "known_at": "2026-11-25T13:00:05.120Z",
            "arrived_at": "2026-11-25T13:00:05.120Z",
        }
    ]


def test_an_alert_in_words_says_what_why_with_what_and_what_came_since(reader: Reader) -> None:
    assert in_words(reader.explain("caught")) == (
        "caught: decline, decided by model\n"
        "512.30 EUR at 2026-11-24T13:00:05.120Z, account acc_1\n"
        "Said:\n"
        "  country DE\n"
        "  shop_note gift\n"
        "Probability of fraud 93.1200 %\n"
        "Expected cost:\n"
        "  approve         477.05\n"
        "  review            3.00\n"
        "  decline           0.55  <- chosen\n"
        "Why:\n"
        "  account_count_1h is 6.0; usually 1.0  (+1.82)\n"
        "Circumstances:\n"
        "  too late\n"
        "  50 % of the longest window had been seen\n"
        "The model saw:\n"
        "  account_count_1h = 6  transactions of this account in the hour before\n"
        "Made by:\n"
        "  kernel 0.1.0, features a81c09d2, model 7, policy c01d77ab\n"
        "  from raw_transactions, partition 3, offset 9, batch 4\n"
        "Since then:\n"
        "  confirmed fraud (10.4), known 2026-11-25T13:00:05.120Z"
    )


def test_an_approval_has_no_reasons_and_perhaps_no_label(reader: Reader) -> None:
    words = in_words(reader.explain("fine"))
    assert "Why" not in words
    assert "account unknown" in words
    assert words.endswith("Since then:\n  no label")


def test_an_unknown_transaction_is_a_clear_no(reader: Reader) -> None:
    with pytest.raises(CheckFailed, match='transaction "nobody"'):
        reader.explain("nobody")


def test_a_store_that_no_engine_holds_is_read_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    store = DuckDBStore(path, PRESET)
    store.write(Entry(0, {0: 0}, {0: 1}, NOON, VERSIONS.as_dict()), outcome_of([Row("tx")], [0]))
    store.close()
    with_file = open_reader(path)
    assert with_file.explain("tx")["action"] == "approve"
    with_file.close()


def test_a_store_that_is_not_there_yet_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotReachable, match="no store") as missing:
        open_reader(tmp_path / "store.duckdb")
    assert "fraudstream run" in missing.value.advice
