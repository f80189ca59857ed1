from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.unit.decisions.outcomes import NOON, PRESET, VERSIONS, Row, outcome_of

from fraudstream.errors import NotReachable, SchemaIncompatible
from fraudstream.ports import Entry
from fraudstream.stores.duckdb import DuckDBStore, open_reader

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
    with pytest.raises(SchemaIncompatible, match="9999_future"):
        DuckDBStore(path, PRESET)


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
