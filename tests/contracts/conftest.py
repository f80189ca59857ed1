"""Every store, opened again and again as new runs of the program would."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.unit.decisions.outcomes import NOON, PRESET

from fraudstream.stores.duckdb import DuckDBStore
from fraudstream.stores.postgres import Address, PostgresStore, migrate
from fraudstream.wiring.stores import Store

Open = Callable[[], Store]


def _duckdb(request: pytest.FixtureRequest) -> Open:
    folder = request.getfixturevalue("tmp_path")
    return lambda: DuckDBStore(folder / "store.duckdb", PRESET, clock=lambda: NOON)


def _postgresql(request: pytest.FixtureRequest) -> Open:
    url = request.getfixturevalue("postgres")
    migrate(Address.of(url))
    return lambda: PostgresStore(url, PRESET, clock=lambda: NOON)


STORES = {"duckdb": _duckdb, "postgresql": _postgresql}


@pytest.fixture(params=STORES)
def reopen(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens the same store again; the one before is closed."""
    open_store = STORES[request.param](request)
    opened: list[Store] = []

    def open_again() -> Store:
        for store in opened:
            store.close()
        opened.append(open_store())
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Open) -> Store:
    """A new, empty store."""
    return reopen()
