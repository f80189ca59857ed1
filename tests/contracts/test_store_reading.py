"""What every store answers about what it keeps, whichever database it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.unit.decisions.outcomes import DAY, NOON, VERSIONS, Row, outcome_of, with_flags

from fraudstream.decisions.explanation import in_words
from fraudstream.errors import CheckFailed
from fraudstream.events import Envelope, Kind, Reason, Reject
from fraudstream.ports import Entry
from fraudstream.stores.sql.reading import Reader
from fraudstream.wiring.stores import Store

NOON_TIME = datetime(2026, 11, 24, 13, 0, 5, 120_000, tzinfo=UTC)


def entry(batch: int) -> Entry:
    return Entry(batch, {0: batch}, {0: batch + 1}, NOON, VERSIONS.as_dict())


def test_a_decision_is_kept_with_all_that_was_said_and_decided(store: Store) -> None:
    row = Row(
        "tx_1",
        texts={"country": "DE", "channel": "pos", "shop_note": 'say "hi"\n'},
        numbers={"lat": -48_123_456, "signup_time": NOON - DAY},
        partition=3,
        offset=99,
    )
    store.write(entry(5), outcome_of([row], [931_200]))
    found = store.reader().decision("tx_1")
    assert found is not None
    expected = {
        "event_time": NOON_TIME,
        "account_id": "acc_1",
        "country": "DE",
        "channel": "pos",
        "card_id": None,
        "lat": -48.123456,
        "lon": None,
        "amount": Decimal("512.3000"),
        "currency": "EUR",
        "record_time": NOON_TIME,
        "source": "raw_transactions",
        "source_partition": 3,
        "source_offset": 99,
        "batch": 5,
        "action": "decline",
        "decided_by": "model",
        "score": 0.9312,
        "flags": [],
        "coverage": 1.0,
        "features": [None, 6.0, None],
        "feature_names": ["amount", "account_count_1h", "account_amount_mean_24h"],
        "features_version": "a81c09d2",
        "model_version": "7",
        "policy_version": "c01d77ab",
        "decided_at": NOON_TIME,
        "is_fraud": None,
    }
    assert {key: found[key] for key in expected} == expected
    assert json.loads(found["attributes"]) == {
        "shop_note": 'say "hi"\n',
        "signup_time": "2026-11-23T13:00:05.120Z",
    }
    assert json.loads(found["expected_cost"]) == {"approve": 477.05, "review": 3.0, "decline": 0.55}
    assert json.loads(found["reasons"])[0]["code"] == "account_count_1h"


def test_amounts_keep_the_decimals_of_their_currency(store: Store) -> None:
    rows = [Row(code, amount=12_345, currency=code) for code in ("JPY", "EUR", "KWD")]
    store.write(entry(0), outcome_of(rows, [0, 0, 0]))
    kept = store.reader().rows("select currency, amount from transactions")
    amounts = {row["currency"]: row["amount"] for row in kept}
    assert amounts == {"JPY": Decimal(12_345), "EUR": Decimal("123.45"), "KWD": Decimal("12.345")}


def test_rows_stand_in_log_order(store: Store) -> None:
    store.write(entry(0), outcome_of([Row(f"tx_{i}") for i in range(50)], [0] * 50))
    rows = store.reader().rows("select transaction_id from transactions order by batch, batch_row")
    assert [row["transaction_id"] for row in rows] == [f"tx_{i}" for i in range(50)]


def test_each_set_of_features_has_a_view_that_names_them(store: Store) -> None:
    store.write(entry(0), outcome_of([Row("tx_1")], [0]))
    rows = store.reader().rows("select transaction_id, account_count_1h from features_a81c09d2")
    assert rows == [{"transaction_id": "tx_1", "account_count_1h": 6.0}]


def test_a_label_that_arrives_later_joins_its_transaction(store: Store) -> None:
    store.write(entry(0), outcome_of([Row("tx_1")], [0]))
    first = Row("tx_1", kind=Kind.LABEL, fraud=1, arrival=NOON + DAY, known_at=NOON + 5)
    second = Row("tx_1", kind=Kind.LABEL, fraud=0, arrival=NOON + 2 * DAY)
    store.write(entry(1), outcome_of([], [], others=[first, second]))
    found = store.reader().decision("tx_1")
    assert found is not None and found["is_fraud"] is False
    (joined,) = store.reader().rows("select is_fraud from transactions_labelled")
    assert joined == {"is_fraud": False}
    known = [label["known_at"].timestamp() * 1000 for label in store.reader().labels("tx_1")]
    assert known == [NOON + 2 * DAY, NOON + 5]


def test_a_transactions_own_label_is_known_only_after_the_presets_delay(store: Store) -> None:
    store.write(entry(0), outcome_of([Row("tx_1", fraud=1), Row("tx_2")], [0, 0]))
    labels = store.reader().labels("tx_1")
    assert [label["known_at"].timestamp() * 1000 for label in labels] == [NOON + 7 * DAY]
    assert store.reader().labels("tx_2") == []


def test_reversals_and_profiles_have_their_tables(store: Store) -> None:
    others = [
        Row("tx_1", kind=Kind.REVERSAL, offset=7),
        Row(None, "acc_1", kind=Kind.PROFILE, numbers={"signup_time": 0}),
        Row(None, "acc_1", kind=Kind.PROFILE, arrival=NOON + 1, texts={"country": "FR"}),
    ]
    store.write(entry(0), outcome_of([], [], others=others))
    reader = store.reader()
    assert [row["transaction_id"] for row in reader.rows("select * from reversals")] == ["tx_1"]
    details = reader.rows("select account_id, attributes from profiles order by batch_row")
    assert [json.loads(row["attributes"]) for row in details] == [
        {"signup_time": "1970-01-01T00:00:00.000Z"},
        {"country": "FR"},
    ]


def test_an_account_is_one_line_with_the_sign_up_time_it_told_last(store: Store) -> None:
    others = [
        Row(None, "acc_1", kind=Kind.PROFILE, numbers={"signup_time": NOON - DAY}),
        Row(None, "acc_1", kind=Kind.PROFILE, arrival=NOON + 1, texts={"country": "FR"}),
        Row(None, "acc_2", kind=Kind.PROFILE, numbers={"signup_time": 0}),
        Row(None, "acc_2", kind=Kind.PROFILE, arrival=NOON + 1, numbers={"signup_time": NOON}),
    ]
    store.write(entry(0), outcome_of([], [], others=others))
    query = "select account_id, signup_time from account_details order by account_id"
    found = {row["account_id"]: row["signup_time"] for row in store.reader().rows(query)}
    assert found == {"acc_1": NOON_TIME - timedelta(days=1), "acc_2": NOON_TIME}


def test_rejects_keep_their_bytes_and_point_to_the_first_arrival(store: Store) -> None:
    rejects = [
        Reject(Reason.JSON_MALFORMED, "line ends too soon", b'\xff{"a', 0, 5),
        Reject(Reason.DUPLICATE, "seen before", b"{}", 0, 6, "transaction_id", (1, 2)),
    ]
    store.write(entry(0), outcome_of([], [], rejects=rejects))
    reader = store.reader()
    duplicate, malformed = reader.rejects()
    assert malformed["raw"] == b'\xff{"a'
    assert (duplicate["first_partition"], duplicate["first_offset"]) == (1, 2)
    assert reader.rejects("duplicate") == [duplicate]
    assert reader.reject_counts() == {"duplicate": 1, "json_malformed": 1}


def test_rejects_keep_key_and_headers(store: Store) -> None:
    headers = (("trace", b"7"), ("raw", b"\xff"), ("empty", None))
    told = Envelope(b"\xfe", headers)
    rejects = [
        Reject(Reason.JSON_MALFORMED, "ends too soon", b"{", 0, 5, envelope=told),
        Reject(Reason.JSON_MALFORMED, "ends too soon", b"{", 0, 6),
    ]
    store.write(entry(0), outcome_of([], [], rejects=rejects))
    bare, kept = store.reader().rejects()
    assert (bare["key"], bare["headers"]) == (None, None)
    assert kept["key"] == b"\xfe"
    assert json.loads(kept["headers"]) == [
        {"name": "trace", "value": "7"},
        {"name": "raw", "value_base64": "/w=="},
        {"name": "empty", "value": ""},
    ]


def test_alerts_are_listed_newest_first_with_their_first_reason(store: Store) -> None:
    for batch in range(3):
        outcome = outcome_of([Row(f"tx_{batch}"), Row(f"fine_{batch}")], [931_200, 0])
        store.write(entry(batch), outcome)
    alerts = store.reader().latest_alerts(limit=2)
    assert [alert["transaction_id"] for alert in alerts] == ["tx_2", "tx_1"]
    assert alerts[0]["reason"] == "account_count_1h is 6.0; usually 1.0"
    assert alerts[0]["status"] == "open"


def test_money_counts_what_was_saved_and_what_was_missed(store: Store) -> None:
    rows = [Row("caught", fraud=1), Row("missed", amount=100, fraud=1), Row("hurt", fraud=0)]
    store.write(entry(0), outcome_of(rows, [931_200, 0, 931_200]))
    money = store.reader().money()
    assert (money["saved"], money["missed"]) == (Decimal("512.30"), Decimal("1.00"))
    assert (money["frauds"], money["frauds_caught"], money["good_declined"]) == (2, 1, 1)
    assert (money["transactions"], money["approved"], money["declined"]) == (3, 1, 2)


def test_minutes_are_counted_by_action(store: Store) -> None:
    times = [NOON, NOON, NOON + 60_000, NOON - DAY]
    rows = [Row(str(i), event_time=time) for i, time in enumerate(times)]
    store.write(entry(0), outcome_of(rows, [0, 931_200, 0, 0]))
    counted = store.reader().actions_per_minute(minutes=5)
    found = [(row["bucket"].minute, row["action"], row["transactions"]) for row in counted]
    assert found == [(0, "approve", 1), (0, "decline", 1), (1, "approve", 1)]


def test_an_unknown_transaction_has_no_decision(store: Store) -> None:
    assert store.reader().decision("nobody") is None


def test_a_reader_sees_only_whole_batches_while_the_store_goes_on(store: Store) -> None:
    reader: Reader = store.reader()
    store.write(entry(0), outcome_of([Row("tx_1")], [0]))
    assert reader.decision("tx_1") is not None
    store.write(entry(1), outcome_of([Row("tx_2")], [0]))
    assert reader.decision("tx_2") is not None


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
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
    asked = store.reader()
    yield asked
    asked.close()


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


def test_text_that_a_database_cannot_hold_does_not_stop_a_batch(store: Store) -> None:
    texts = {"country": "DE", "shop_note": 'a\0b \\u0000 "'}
    store.write(entry(0), outcome_of([Row("tx\0_1", texts=texts), Row("tx_2")], [931_200, 0]))
    first, second = store.reader().rows("select * from transactions order by batch_row")
    assert first["transaction_id"].replace("\0", "\x1a") == "tx\x1a_1"
    note = json.loads(first["attributes"])["shop_note"]
    assert note.replace("\0", "\x1a") == 'a\x1ab \\u0000 "'
    assert second["transaction_id"] == "tx_2"


def test_every_kind_of_text_comes_back_as_it_was(store: Store) -> None:
    odd = [
        "",
        "é",
        "日本",
        "😀",
        'a"b\\c',
        "tab\tline\n",
        "'; drop table transactions; --",
        "%s $1 ?",
    ]
    rows = [Row(f"tx_{k}", texts={"shop_note": text}) for k, text in enumerate(odd)]
    store.write(entry(0), outcome_of(rows, [0] * len(rows)))
    found = store.reader().rows("select attributes from transactions order by batch_row")
    assert [json.loads(row["attributes"])["shop_note"] for row in found] == odd


@pytest.mark.parametrize("amount", [0, 1, 9_999, 10_000, 123_456_789_012, 10**12])
def test_amounts_come_back_to_the_last_digit(store: Store, amount: int) -> None:
    store.write(entry(0), outcome_of([Row(amount=amount)], [0]))
    (row,) = store.reader().rows("select amount, amount_base from transactions")
    assert row["amount"] == row["amount_base"] == Decimal(amount) / 100


def test_minutes_count_late_transactions_of_later_batches_too(store: Store) -> None:
    texts = {"country": "DE", "channel": "pos"}
    for batch, scores in enumerate(([0, 931_200], [0, 931_200], [1_000, 900_000])):
        rows = [Row(f"tx_{batch}_{k}", texts=texts) for k in range(2)]
        store.write(entry(batch), outcome_of(rows, scores))
    query = "select * from transactions_per_minute order by action"
    approved, declined = store.reader().rows(query)
    assert (approved["transactions"], approved["flagged"]) == (3, 0)
    assert (declined["transactions"], declined["flagged"]) == (3, 3)
    assert declined["flagged_amount_base"] == declined["amount_base"] == 3 * Decimal("512.30")
    assert approved["flagged_amount_base"] == 0
    assert (approved["country"], approved["channel"]) == ("DE", "pos")
    bins = [name for name in approved if name.startswith("score_to")]
    assert [approved[name] for name in bins] == [2, 1, 0, 0, 0]
    assert [declined[name] for name in bins] == [0, 0, 0, 0, 3]


def test_confirmed_fraud_is_counted_by_the_label_that_counts(store: Store) -> None:
    labels = [
        Row("tx_1", kind=Kind.LABEL, fraud=1, arrival=NOON + 1),
        Row("tx_2", kind=Kind.LABEL, fraud=1, arrival=NOON + 1),
        Row("tx_2", kind=Kind.LABEL, fraud=0, arrival=NOON + 2),
        Row("tx_3", kind=Kind.LABEL, fraud=0, arrival=NOON + 1),
    ]
    store.write(entry(0), outcome_of([], [], others=labels))
    (minute,) = store.reader().rows("select * from confirmed_fraud_per_minute")
    assert (minute["frauds"], minute["amount"]) == (1, Decimal("512.30"))
