"""The embedded store: decisions, labels, rejects and the journal in one DuckDB file."""

from fraudstream.stores.duckdb.keeping import condition_of, migrate_file, prune_file
from fraudstream.stores.duckdb.reading import open_reader
from fraudstream.stores.duckdb.store import DuckDBStore

__all__ = ["DuckDBStore", "condition_of", "migrate_file", "open_reader", "prune_file"]
