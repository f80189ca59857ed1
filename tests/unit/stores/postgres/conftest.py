"""Databases with this version's tables, and a session for looking into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from fraudstream.stores.postgres import Address, migrate

Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def database(postgres: str) -> str:
    """A database without any rows."""
    migrate(Address.of(postgres))
    return postgres


@pytest.fixture
def ask(postgres: str) -> Iterator[Ask]:
    """Runs a statement in a session of its own and gives its rows, if it has any."""
    with psycopg.connect(postgres, autocommit=True) as session:

        def answer(statement: str, *values: Any) -> list[tuple[Any, ...]]:
            cursor = session.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

        yield answer
