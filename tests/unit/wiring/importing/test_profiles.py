"""Accounts from wherever they are become profile events, and their age a feature."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.services.broker import Broker
from tests.unit.wiring.importing.conftest import Bank, payment

from fraudstream.errors import InputInvalid, UsageInvalid
from fraudstream.wiring.importing.profiles import Columns

CSV = "account_id,signup_time\nacc_1,2026-02-19T10:00:00Z\nacc_2,1985-06-01\n"
AGE = "account_age_days"


def messages(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_imported_accounts_have_an_age_and_stand_in_account_details(bank: Bank) -> None:
    bank.append(payment(0))
    bank.run()
    done = bank.profiles(bank.file("accounts.csv", CSV))
    assert (done.rows, done.written, done.known, done.bad) == (2, 2, 0, ())
    bank.append(payment(1), payment(2, "acc_2"), payment(3, "acc_3"))
    bank.run()
    ages = [bank.features(number)[AGE] for number in range(4)]
    assert ages == [None, pytest.approx(10, abs=0.01), pytest.approx(14_883, abs=1), None]
    kept = bank.rows("select account_id, signup_time from account_details order by 1")
    assert kept == [
        {"account_id": "acc_1", "signup_time": datetime(2026, 2, 19, 10, tzinfo=UTC)},
        {"account_id": "acc_2", "signup_time": datetime(1985, 6, 1, tzinfo=UTC)},
    ]


def test_what_the_store_knows_is_left_out_and_a_correction_is_not(bank: Bank) -> None:
    accounts = bank.file("accounts.csv", CSV)
    bank.append(payment(0))
    bank.profiles(accounts)
    bank.run()
    size = bank.log.stat().st_size
    assert (bank.profiles(accounts).written, bank.log.stat().st_size) == (0, size)
    bank.file("accounts.csv", CSV.replace("2026-02-19", "2026-02-18"))
    done = bank.profiles(accounts)
    assert (done.written, done.known) == (1, 1)
    assert bank.profiles(accounts, again=True).written == 2
    bank.append(payment(1))
    bank.run()
    assert bank.features(1)[AGE] == pytest.approx(11, abs=0.01)


def test_all_bad_rows_are_named_at_once_and_nothing_is_written(file_bank: Bank) -> None:
    accounts = file_bank.file(
        "accounts.csv",
        "account_id,signup_time\n,2026-01-01\nacc_1,yesterday\nacc_2\nacc_3,2999-01-01\nacc_4,\n"
        "acc_5,2026-01-01\nacc_6,2026-01-01\nacc_6,2026-01-02\nacc_5,2026-01-01T00:00:00Z\n",
    )
    with pytest.raises(InputInvalid, match="7 of 9 rows are bad; nothing was written") as refused:
        file_bank.profiles(accounts)
    told = [(problem.line, problem.text) for problem in refused.value.problems]
    assert [line for line, _ in sorted(told)] == [2, 3, 4, 5, 6, 8, 9]
    assert "--skip-bad" in refused.value.advice and refused.value.exit_code == 4
    assert not file_bank.log.exists()
    done = file_bank.profiles(accounts, skip_bad=True)
    assert (done.written, done.repeated, len(done.bad)) == (1, 1, 7)
    assert [m["account_id"] for m in messages(file_bank.log)] == ["acc_5"]


def test_files_of_every_kind_give_the_same_events(file_bank: Bank, tmp_path: Path) -> None:
    opened = datetime(2026, 2, 19, 10, tzinfo=UTC)
    pq.write_table(pa.table({"id": [1, 2], "opened": [opened, opened]}), tmp_path / "a.parquet")
    lines = '{"id": 1, "opened": "2026-02-19T10:00:00Z"}\n{"id": 2, "opened": "2026-02-19 10:00"}\n'
    places = [
        file_bank.file("a.csv", "id,opened\n1,2026-02-19T11:00:00+01:00\n2,2026-02-19T10:00\n"),
        file_bank.file("a.jsonl", lines),
        tmp_path / "a.parquet",
    ]
    written = []
    for place in places:
        file_bank.profiles(place, Columns("id", "opened"), to=str(tmp_path / "out.jsonl"))
        written.append((tmp_path / "out.jsonl").read_bytes())
        (tmp_path / "out.jsonl").unlink()
    assert written[0] == written[1] == written[2] != b""


def test_a_table_of_a_database_is_read(file_bank: Bank, postgres: str) -> None:
    with psycopg.connect(postgres) as session:
        session.execute("create schema crm")
        session.execute(
            "create table crm.accounts as select 'acc_' || k as account_id, "
            "timestamptz '2026-01-01 00:00:00Z' + k * interval '1 minute' as signup_time "
            "from generate_series(1, 12000) as k"
        )
    done = file_bank.profiles(postgres, table="crm.accounts")
    assert (done.rows, done.written) == (12_000, 12_000)
    assert messages(file_bank.log)[-1]["signup_time"] == "2026-01-09T08:00:00.000Z"
    with pytest.raises(InputInvalid, match="nowhere"):
        file_bank.profiles(postgres, table="nowhere")
    with pytest.raises(UsageInvalid, match="table"):
        file_bank.profiles(postgres)


def test_a_topic_is_read_into_the_topic_of_profiles(file_bank: Bank, kafka: Broker) -> None:
    accounts, topics = kafka.topic(2), {"profiles": kafka.topic(2, "profiles")}
    given = [(None, b'{"account_id": "acc_1", "signup_time": "2026-02-19"}'), (None, b"no JSON")]
    kafka.write(accounts, given)
    asked = file_bank.settings(
        run={"source": [kafka.url(f"{kafka.topic()},{topics['profiles']}")]},
        kafka={"topics": topics},
    )
    with pytest.raises(InputInvalid, match="1 of 2 rows"):
        file_bank.profiles(kafka.url(accounts), settings=asked)
    done = file_bank.profiles(kafka.url(accounts), settings=asked, skip_bad=True)
    assert (done.log, done.written) == (topics["profiles"], 1)
    (message,) = kafka.read(topics["profiles"])
    assert message.key == b"acc_1"
    assert json.loads(message.value or b"")["kind"] == "profile"


def test_where_the_engine_reads_one_topic_they_enter_that(file_bank: Bank, kafka: Broker) -> None:
    topic = kafka.topic()
    asked = file_bank.settings(run={"source": [kafka.url(topic)]})
    accounts = file_bank.file("accounts.csv", CSV)
    assert file_bank.profiles(accounts, settings=asked).log == topic
    assert len(kafka.read(topic)) == 2


@pytest.mark.parametrize("to", ["log.parquet", "duckdb:x", "log.csv"])
def test_a_log_that_cannot_be_added_to_is_refused(file_bank: Bank, to: str) -> None:
    with pytest.raises(UsageInvalid, match="no log of JSON lines"):
        file_bank.profiles(file_bank.file("accounts.csv", CSV), to=to)


def test_a_line_that_was_cut_is_ended_before_the_first_event(file_bank: Bank) -> None:
    file_bank.file("log.jsonl", json.dumps(payment(0)))
    file_bank.profiles(file_bank.file("accounts.csv", CSV))
    assert len(messages(file_bank.log)) == 3


def test_missing_columns_are_named(file_bank: Bank) -> None:
    with pytest.raises(UsageInvalid) as refused:
        file_bank.profiles(file_bank.file("accounts.csv", "id,since\n1,2026-01-01\n"))
    assert [p.text for p in refused.value.problems] == [
        "no column account_id",
        "no column signup_time",
    ]
    assert "id, since" in refused.value.advice
