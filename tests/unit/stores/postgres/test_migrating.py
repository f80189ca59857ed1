from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.unit.decisions.outcomes import PRESET
from tests.unit.stores.postgres.conftest import Ask

from fraudstream.errors import SchemaIncompatible
from fraudstream.stores.postgres import Address, PostgresStore, condition_of, migrate, migrating

FIRST = ("0000_dialect.sql", "0001_tables.sql", "0002_views.sql")


@pytest.fixture
def older(postgres: str, ask: Ask) -> str:
    """A database as the first version left it, with rows."""
    steps = {step.name: step.sql for step in migrating._PLAIN}
    ask("create table migrations (name text not null)")
    for name in FIRST:
        ask(steps[name])
        ask("insert into migrations values (%s)", name)
    ask(
        "insert into account_details values ('acc_1', now(), "
        """'{"signup_time": "2024-02-29T10:00:00.000Z", "note": "x"}', now(), 0, 0)"""
    )
    ask(
        "insert into transactions (transaction_id, event_time, batch, batch_row, action, "
        "decided_by, score, expected_cost, reasons, rules, lists, challengers, flags, coverage, "
        "features, features_version, versions_id, amount_base) "
        "select 'tx_' || k, timestamptz '2026-01-31 13:00:05Z' + k * interval '20 seconds', 0, k, "
        "'approve', 'model', 0.2, '{}', '[]', '[]', '[]', '[]', '{}', 1, '{1, null}', 'x', 1, k "
        "from generate_series(0, 5) as k"
    )
    return postgres


def test_an_empty_database_gets_everything_once(postgres: str) -> None:
    address = Address.of(postgres)
    assert condition_of(address).applied == ()
    applied = migrate(address)
    assert applied == sorted(applied) and len(applied) > len(FIRST)
    assert migrate(address) == []
    assert condition_of(address).lacking == ()


def test_an_older_database_keeps_its_rows_on_the_way_to_the_new_tables(
    older: str, ask: Ask
) -> None:
    with pytest.raises(SchemaIncompatible) as refused:
        PostgresStore(older, PRESET)
    assert "fraudstream db migrate" in refused.value.advice
    assert set(FIRST).isdisjoint(migrate(Address.of(older)))
    (account,) = ask("select account_id, signup_time::text from account_details")
    assert account == ("acc_1", "2024-02-29 10:00:00+00")
    minutes = ask("select transactions, amount_base from transactions_per_minute order by bucket")
    assert minutes == [(3, 3), (3, 12)]
    store = PostgresStore(older, PRESET)
    assert store.position() == -1
    store.close()


def test_a_newer_database_is_refused_and_left_alone(database: str, ask: Ask) -> None:
    ask("insert into migrations values ('9999_future.sql')")
    for attempt in (migrate, condition_of):
        with pytest.raises(SchemaIncompatible, match="newer version") as refused:
            attempt(Address.of(database))
        assert "9999_future" in str(refused.value)
    with pytest.raises(SchemaIncompatible):
        PostgresStore(database, PRESET)
    assert SchemaIncompatible.exit_code == 5


def test_two_that_migrate_at_once_do_it_once(postgres: str, ask: Ask) -> None:
    address = Address.of(postgres)
    with ThreadPoolExecutor(4) as pool:
        applied = [name for names in pool.map(migrate, [address] * 4) for name in names]
    assert len(applied) == len(set(applied))
    assert ask("select count(*) from migrations") == [(len(applied),)]


def test_a_step_that_fails_leaves_nothing_of_itself(postgres: str, ask: Ask) -> None:
    ask("create table labels (mine int)")
    with pytest.raises(Exception, match="refused"):
        migrate(Address.of(postgres))
    assert ask("select to_regclass('transactions')") == [(None,)]
    ask("drop table labels")
    assert "0001_tables.sql" in migrate(Address.of(postgres))


@pytest.mark.parametrize(
    "query",
    [
        "select * from transactions where transaction_id = 'tx_1'",
        "select * from transactions where account_id = 'a' and event_time > '2026-01-01'",
        "select * from transactions where action <> 'approve' order by event_time desc limit 50",
        "select * from transactions where batch = 7 order by batch_row",
        "select * from transactions_labelled where transaction_id = 'tx_1'",
        "select * from transactions_per_minute where bucket > '2026-01-01'",
        "select * from confirmed_fraud_per_minute where bucket > '2026-01-01'",
        "select * from labels where transaction_id = 'tx_1'",
        "select * from account_details where account_id = 'acc_1'",
        "select * from alerts order by batch desc, batch_row desc limit 20",
        "select * from journal where batch > 7 order by batch limit 10",
    ],
)
def test_no_query_that_exists_reads_a_whole_table(database: str, ask: Ask, query: str) -> None:
    ask("set enable_seqscan = off")
    plan = "\n".join(line for (line,) in ask(f"explain {query}"))
    assert "Index" in plan or "Bitmap" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("width", ["1 minute", "5 minutes", "1 hour", "1 day", "7 days"])
def test_buckets_are_those_of_duckdb(database: str, ask: Ask, width: str) -> None:
    import duckdb

    query = (
        f"select time_bucket(interval '{width}', timestamptz '2026-11-24 13:07:05.12+00')"
        "::timestamptz at time zone 'UTC'"
    )
    with duckdb.connect() as other:
        other.execute("set TimeZone = 'UTC'")
        assert ask(query) == other.execute(query).fetchall()
