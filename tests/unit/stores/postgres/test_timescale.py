"""The branch of the schema for TimescaleDB, on TimescaleDB itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.services.timescale import insert_rows
from tests.unit.decisions.outcomes import DAY, NOON, PRESET, VERSIONS, Row, outcome_of

from fraudstream.ports import Entry
from fraudstream.stores.postgres import (
    Address,
    Keeping,
    PostgresStore,
    apply_policies,
    condition_of,
    migrate,
    prune,
)

Ask = Callable[[str], list[tuple[Any, ...]]]
NOON_TIME = datetime.fromtimestamp(NOON / 1000, UTC)


@pytest.fixture(scope="module")
def database(_timescale: Callable[[], str]) -> Iterator[str]:
    """This version's tables, and three days of decisions; the last tests take some away."""
    url = _timescale()
    migrate(Address.of(url))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("fraudstream.stores.postgres.store.copy_rows", insert_rows)
        _fill(url)
        yield url


def _fill(url: str) -> None:
    with closing(PostgresStore(url, PRESET, clock=lambda: NOON)) as store:
        for day in range(3):
            rows = [Row(f"tx_{day}_{k}", event_time=NOON - day * DAY) for k in range(4)]
            entry = Entry(day, {0: day}, {0: day + 1}, NOON, VERSIONS.as_dict(), 1)
            store.write(entry, outcome_of(rows, [0, 0, 0, 931_200]))


@pytest.fixture
def ask(database: str) -> Iterator[Ask]:
    """Runs a statement in a session of its own, for there is only one at a time."""

    def answer(statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(database, autocommit=True) as session:
            cursor = session.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    yield answer


def test_transactions_are_a_hypertable_in_chunks_of_a_day(database: str, ask: Ask) -> None:
    found = condition_of(Address.of(database))
    assert found.timescale and "1000_hypertable.sql" in found.applied and not found.lacking
    assert migrate(Address.of(database)) == []
    assert found.figures["transactions"] == 12
    (hypertable,) = ask(
        "select num_chunks, compression_enabled from timescaledb_information.hypertables "
        "where hypertable_name = 'transactions'"
    )
    assert hypertable == (3, True)


def test_the_aggregate_per_minute_says_the_same_before_and_after_it_is_refreshed(ask: Ask) -> None:
    query = (
        "select bucket, action, transactions, flagged, score_to_0_001, score_to_1 "
        "from transactions_per_minute order by bucket, action"
    )
    live = ask(query)
    assert [row[1:] for row in live] == [("approve", 3, 0, 3, 0), ("decline", 1, 1, 0, 1)] * 3
    ask("call refresh_continuous_aggregate('transactions_per_minute', null, null)")
    assert ask(query) == live
    plan = "\n".join(line for (line,) in ask(f"explain {query}"))
    assert "_materialized_hypertable_" in plan


def test_policies_are_those_of_the_settings_however_often_they_are_set(
    database: str, ask: Ask
) -> None:
    address = Address.of(database)
    jobs = (
        "select proc_name, config ->> 'drop_after', config ->> 'compress_after' "
        "from timescaledb_information.jobs where proc_name like 'policy_%' "
        "and hypertable_name is not null order by 1"
    )
    for _ in range(2):
        assert apply_policies(address, Keeping(retention=90 * DAY, compress_after=7 * DAY))
    assert ask(jobs) == [
        ("policy_compression", None, "7 days"),
        ("policy_refresh_continuous_aggregate", None, None),
        ("policy_retention", "90 days", None),
    ]
    assert apply_policies(address, Keeping())
    assert [name for name, _, _ in ask(jobs)] == ["policy_refresh_continuous_aggregate"]


def test_compressed_chunks_answer_and_take_late_rows(database: str, ask: Ask) -> None:
    query = "select transaction_id, action, features from transactions_labelled order by 1"
    before = ask(query)
    ask("select compress_chunk(chunk) from show_chunks('transactions') as chunk")
    assert ask(query) == before
    with closing(PostgresStore(database, PRESET, clock=lambda: NOON)) as store:
        late = Row("tx_late", event_time=NOON - 2 * DAY)
        store.write(Entry(3, {0: 3}, {0: 4}, NOON, VERSIONS.as_dict(), 1), outcome_of([late], [0]))
    assert len(ask(query)) == len(before) + 1


def test_pruning_drops_whole_chunks_and_keeps_the_rest(database: str, ask: Ask) -> None:
    prune(Address.of(database), NOON_TIME - timedelta(days=1))
    assert ask("select count(*), min(event_time) from transactions") == [
        (8, NOON_TIME - timedelta(days=1))
    ]
    assert ask("select count(*) from show_chunks('transactions')") == [(2,)]
