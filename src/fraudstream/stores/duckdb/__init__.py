"""The embedded store: decisions, labels, rejects and the journal in one DuckDB file."""

from fraudstream.stores.duckdb.reading import open_reader
from fraudstream.stores.duckdb.store import DuckDBStore

__all__ = ["DuckDBStore", "open_reader"]
