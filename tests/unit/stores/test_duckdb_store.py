from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.decisions.outcomes import DAY, NOON, PRESET, VERSIONS, Row, outcome_of

from fraudstream.errors import CheckpointIncompatible, NotReachable
from fraudstream.events import Kind, Reason, Reject
from fraudstream.ports import Entry
from fraudstream.stores.duckdb import DuckDBStore, open_reader
from fraudstream.stores.sql.reading import Reader

NOON_TIME = datetime(2026, 11, 24, 13, 0, 5, 120_000, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "store.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(path, PRESET, clock=lambda: NOON)
    yield opened
    opened.close()


def entry(batch: int) -> Entry:
    return Entry(batch, {0: batch}, {0: batch + 1}, NOON, VERSIONS.as_dict())


def test_a_decision_is_kept_with_all_that_was_said_and_decided(store: DuckDBStore) -> None:
    row = Row(
        "tx_1",
        texts={"country": "DE", "channel": "pos", "shop_note": 'say "hi"\n'},
        numbers={"lat": -48_123_456, "signed_up": NOON - DAY},
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
        "signed_up": "2026-11-23T13:00:05.120Z",
    }
    assert json.loads(found["expected_cost"]) == {"approve": 477.05, "review": 3.0, "decline": 0.55}
    assert json.loads(found["reasons"])[0]["code"] == "account_count_1h"


def test_amounts_keep_the_decimals_of_their_currency(store: DuckDBStore) -> None:
    rows = [Row(code, amount=12_345, currency=code) for code in ("JPY", "EUR", "KWD")]
    store.write(entry(0), outcome_of(rows, [0, 0, 0]))
    kept = store.reader().rows("select currency, amount from transactions")
    amounts = {row["currency"]: row["amount"] for row in kept}
    assert amounts == {"JPY": Decimal(12_345), "EUR": Decimal("123.45"), "KWD": Decimal("12.345")}


def test_rows_stand_in_log_order(store: DuckDBStore) -> None:
    store.write(entry(0), outcome_of([Row(f"tx_{i}") for i in range(50)], [0] * 50))
    rows = store.reader().rows("select transaction_id from transactions order by batch, batch_row")
    assert [row["transaction_id"] for row in rows] == [f"tx_{i}" for i in range(50)]


def test_each_set_of_features_has_a_view_that_names_them(store: DuckDBStore) -> None:
    store.write(entry(0), outcome_of([Row("tx_1")], [0]))
    rows = store.reader().rows("select transaction_id, account_count_1h from features_a81c09d2")
    assert rows == [{"transaction_id": "tx_1", "account_count_1h": 6.0}]


def test_a_label_that_arrives_later_joins_its_transaction(store: DuckDBStore) -> None:
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


def test_a_transactions_own_label_is_known_only_after_the_presets_delay(store: DuckDBStore) -> None:
    store.write(entry(0), outcome_of([Row("tx_1", fraud=1), Row("tx_2")], [0, 0]))
    labels = store.reader().labels("tx_1")
    assert [label["known_at"].timestamp() * 1000 for label in labels] == [NOON + 7 * DAY]
    assert store.reader().labels("tx_2") == []


def test_reversals_and_profiles_have_their_tables(store: DuckDBStore) -> None:
    others = [
        Row("tx_1", kind=Kind.REVERSAL, offset=7),
        Row(None, "acc_1", kind=Kind.PROFILE, numbers={"signed_up": 0}),
        Row(None, "acc_1", kind=Kind.PROFILE, arrival=NOON + 1, texts={"country": "FR"}),
    ]
    store.write(entry(0), outcome_of([], [], others=others))
    reader = store.reader()
    assert [row["transaction_id"] for row in reader.rows("select * from reversals")] == ["tx_1"]
    details = reader.rows("select account_id, attributes from account_details order by batch_row")
    assert [json.loads(row["attributes"]) for row in details] == [
        {"signed_up": "1970-01-01T00:00:00.000Z"},
        {"country": "FR"},
    ]
    assert len(reader.rows("select * from account_details_latest")) == 1


def test_rejects_keep_their_bytes_and_point_to_the_first_arrival(store: DuckDBStore) -> None:
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


def test_alerts_are_listed_newest_first_with_their_first_reason(store: DuckDBStore) -> None:
    for batch in range(3):
        outcome = outcome_of([Row(f"tx_{batch}"), Row(f"fine_{batch}")], [931_200, 0])
        store.write(entry(batch), outcome)
    alerts = store.reader().latest_alerts(limit=2)
    assert [alert["transaction_id"] for alert in alerts] == ["tx_2", "tx_1"]
    assert alerts[0]["reason"] == "account_count_1h is 6.0; usually 1.0"
    assert alerts[0]["status"] == "open"


def test_money_counts_what_was_saved_and_what_was_missed(store: DuckDBStore) -> None:
    rows = [Row("caught", fraud=1), Row("missed", amount=100, fraud=1), Row("hurt", fraud=0)]
    store.write(entry(0), outcome_of(rows, [931_200, 0, 931_200]))
    money = store.reader().money()
    assert (money["saved"], money["missed"]) == (Decimal("512.30"), Decimal("1.00"))
    assert (money["frauds"], money["frauds_caught"], money["good_declined"]) == (2, 1, 1)
    assert (money["transactions"], money["approved"], money["declined"]) == (3, 1, 2)


def test_minutes_are_counted_by_action(store: DuckDBStore) -> None:
    times = [NOON, NOON, NOON + 60_000, NOON - DAY]
    rows = [Row(str(i), event_time=time) for i, time in enumerate(times)]
    store.write(entry(0), outcome_of(rows, [0, 931_200, 0, 0]))
    counted = store.reader().actions_per_minute(minutes=5)
    found = [(row["bucket"].minute, row["action"], row["transactions"]) for row in counted]
    assert found == [(0, "approve", 1), (0, "decline", 1), (1, "approve", 1)]


def test_an_unknown_transaction_has_no_decision(store: DuckDBStore) -> None:
    assert store.reader().decision("nobody") is None


def test_versions_are_told_apart_and_told_once(store: DuckDBStore, path: Path) -> None:
    store.write(entry(0), outcome_of([Row()], [0]))
    store.close()
    again = DuckDBStore(path, PRESET)
    again.write(entry(1), outcome_of([Row()], [0]))
    assert again.reader().rows("select id from versions") == [{"id": 1}]
    again.close()


def test_a_write_that_is_interrupted_keeps_nothing_and_can_be_repeated(path: Path) -> None:
    ticks: list[type[BaseException] | int] = [KeyboardInterrupt, NOON]

    def clock() -> int:
        tick = ticks.pop(0)
        if isinstance(tick, int):
            return tick
        raise tick

    store = DuckDBStore(path, PRESET, clock)
    with pytest.raises(KeyboardInterrupt):
        store.write(entry(0), outcome_of([Row("tx_1")], [0]))
    assert store.position() == -1
    store.write(entry(0), outcome_of([Row("tx_1")], [0]))
    assert store.position() == 0
    store.close()


def test_a_file_that_another_process_holds_is_named_with_its_holder(path: Path) -> None:
    holding = (
        "import duckdb, sys, pathlib\n"
        "pathlib.Path(sys.argv[1]).parent.mkdir(parents=True)\n"
        "held = duckdb.connect(sys.argv[1])\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", holding, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        holder.stdout.readline()
        with pytest.raises(NotReachable) as refused:
            DuckDBStore(path, PRESET)
        holder.stdin.close()
    assert f"process {holder.pid}" in str(refused.value)
    assert "Ask the running engine" in refused.value.advice


def test_a_file_that_is_no_database_is_refused_in_words(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("not a database at all" * 1000)
    with pytest.raises(NotReachable, match="cannot be opened"):
        DuckDBStore(path, PRESET)


def test_a_store_of_a_newer_program_is_refused(store: DuckDBStore, path: Path) -> None:
    store.reader().rows("insert into migrations values ('9999_future.sql')")
    store.close()
    with pytest.raises(CheckpointIncompatible, match="9999_future"):
        DuckDBStore(path, PRESET)


def test_a_reader_sees_only_whole_batches_while_the_store_goes_on(store: DuckDBStore) -> None:
    reader: Reader = store.reader()
    store.write(entry(0), outcome_of([Row("tx_1")], [0]))
    assert reader.decision("tx_1") is not None
    store.write(entry(1), outcome_of([Row("tx_2")], [0]))
    assert reader.decision("tx_2") is not None
