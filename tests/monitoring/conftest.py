"""A database that the real pipeline has filled: ten days of a bank, up to now, with its labels."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray
from tests.services.timescale import insert_rows

from fraudstream.engine import Engine, Fixed, Options
from fraudstream.monitoring import PanelQuery, Span
from fraudstream.monitoring.macros import expand
from fraudstream.pipeline import Pipeline
from fraudstream.schema import builtin
from fraudstream.simulator import Settings, encode_json, stream
from fraudstream.sources.memory import Memory
from fraudstream.stack import Postgres
from fraudstream.stores.postgres import Address, PostgresStore, migrate
from fraudstream.wiring.building import Deciding, deciding

DAYS = 10
SCORES = np.array([200, 4_000, 30_000, 300_000, 900_000])
"""Millionths, one for each bin of the aggregate."""


@dataclass(slots=True)
class ByTheCent:
    """Scores of every size, from the amount's last digits; explained by the amount."""

    feature_names: tuple[str, ...]
    version: str = "7"

    def score(self, matrix: NDArray[np.float64]) -> NDArray[np.int64]:
        amounts = np.nan_to_num(matrix[:, self.feature_names.index("amount")])
        return SCORES[np.minimum(np.rint(amounts * 100).astype(np.int64) % 20, 4)]

    def explain(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        contributions = np.zeros_like(matrix)
        contributions[:, self.feature_names.index("amount")] = 1.5
        return contributions


@dataclass(frozen=True)
class Filled:
    """The database, asked as Grafana would ask it."""

    connection: psycopg.Connection[tuple[Any, ...]]
    now: datetime

    def span(self, days: float = DAYS + 1) -> Span:
        return Span(self.now - timedelta(days=days), self.now + timedelta(days=1))

    def rows(self, panel: PanelQuery, **chosen: tuple[str, ...]) -> list[dict[str, Any]]:
        return self.ask(panel.expanded(self.span(), **chosen))

    def ask(self, query: str) -> list[dict[str, Any]]:
        found = self.connection.execute(expand(query, self.span()))
        names = [column.name for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextmanager
def plain(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the shared server."""
    server: Postgres = request.getfixturevalue("_postgres")
    name = f"panels_{uuid.uuid4().hex[:12]}"
    yield server.create_database(name)
    server.drop_database(name)


@contextmanager
def timescale(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with TimescaleDB, which cannot be copied into."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("fraudstream.stores.postgres.store.copy_rows", insert_rows)
        yield request.getfixturevalue("_timescale")()


@pytest.fixture(scope="session", params=[plain, timescale], ids=lambda kind: kind.__name__)
def filled(request: pytest.FixtureRequest) -> Iterator[Filled]:
    """Read-only for tests: it is filled once."""
    with request.param(request) as url:
        migrate(Address.of(url))
        now = datetime.now(UTC)
        _fill(url, now)
        with psycopg.connect(url, autocommit=True) as connection:
            yield Filled(connection, now)


def _fill(url: str, now: datetime) -> None:
    preset = builtin("payments")
    program = deciding(preset, bytes(16))
    plan = program.pipeline.extractor.plan
    versions = replace(program.pipeline.decider.versions, model="7")
    decider = replace(program.pipeline.decider, scorer=ByTheCent(plan.names), versions=versions)
    scored = Deciding(Pipeline(program.pipeline.extractor, decider), program.fingerprint)
    store = PostgresStore(url, preset)
    bank = Settings(customers=100, days=DAYS, start=now - timedelta(days=DAYS), settle=False)
    lines = [line for chunk in stream(bank) for line in encode_json(chunk).splitlines()]
    source = Memory([*lines, b"not json", b'{"kind":"transaction"}'])
    clock = int(now.timestamp() * 1000)
    Engine(Fixed(scored), source, store, options=Options(clock=lambda: clock)).run()
    store.close()
