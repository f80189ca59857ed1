"""Opening the store: a PostgreSQL database, or the embedded file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, runtime_checkable

from fraudstream.config import Settings
from fraudstream.decisions import Outcome
from fraudstream.errors import UsageInvalid
from fraudstream.ports import Primary
from fraudstream.schema import Preset
from fraudstream.stores.duckdb import DuckDBStore
from fraudstream.stores.duckdb import open_reader as open_file_reader
from fraudstream.stores.sql.reading import Reader
from fraudstream.wiring.outlets import outlets_of
from fraudstream.wiring.schemes import is_postgresql

__all__ = [
    "Store",
    "file_of",
    "is_same_store",
    "open_reader",
    "open_store",
    "open_store_at",
    "opened_reader",
    "place_of_store",
]


@runtime_checkable
class Store(Primary[Outcome], Protocol):
    """A primary sink that also answers questions."""

    def reader(self) -> Reader:
        """Queries over what is committed, safe to use from another thread than the engine's."""
        ...


def open_store(settings: Settings, preset: Preset) -> Store:
    """The store that the settings name, for writing and reading."""
    return open_store_at(place_of_store(settings), preset)


def open_store_at(place: str, preset: Preset) -> Store:
    """The store at a URL or ``duckdb:PATH``, for writing and reading."""
    if is_postgresql(place):
        from fraudstream.stores.postgres import PostgresStore

        return PostgresStore(place, preset)
    return DuckDBStore(file_of(place), preset)


@contextmanager
def opened_reader(settings: Settings) -> Iterator[Reader]:
    """The store that the settings name, for reading; a file only while no engine has it open."""
    reader = open_reader(place_of_store(settings))
    try:
        yield reader
    finally:
        reader.close()


def file_of(place: str) -> Path:
    """The path in ``duckdb:PATH``."""
    return Path(place.removeprefix("duckdb:"))


def is_same_store(one: str, other: str) -> bool:
    """Whether two places are one store, as far as their names tell."""
    if is_postgresql(one) or is_postgresql(other):
        return one == other
    return file_of(one).resolve() == file_of(other).resolve()


def place_of_store(settings: Settings) -> str:
    """Where the store is; raises ``UsageInvalid`` where decisions go to Kafka alone."""
    store = outlets_of(settings).store
    if store is None:
        raise UsageInvalid(
            "no store is named that could be asked: decisions go to Kafka alone",
            advice="Name it: [store] url in fraudstream.toml, or FRAUDSTREAM_STORE__URL.",
        )
    return store


def open_reader(place: str) -> Reader:
    """The store at a URL or ``duckdb:PATH``, for reading."""
    if is_postgresql(place):
        from fraudstream.stores import postgres

        return postgres.open_reader(postgres.Address.of(place))
    return open_file_reader(file_of(place))
