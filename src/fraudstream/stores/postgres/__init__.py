"""The store in PostgreSQL, with TimescaleDB where it is installed; needs the extra ``postgres``."""

from fraudstream.errors import NotInstalled

try:
    import psycopg as _driver  # noqa: F401
except ImportError as error:
    raise NotInstalled.of_extra("postgres", "PostgreSQL's driver is not installed.") from error

from fraudstream.stores.postgres.address import Address
from fraudstream.stores.postgres.foreign import rows_of_table
from fraudstream.stores.postgres.keeping import Keeping, apply_policies, prune
from fraudstream.stores.postgres.migrating import Condition, condition_of, migrate
from fraudstream.stores.postgres.reading import open_reader
from fraudstream.stores.postgres.sharing import PostgresShare, SharedPostgres
from fraudstream.stores.postgres.store import PostgresStore

__all__ = [
    "Address",
    "Condition",
    "Keeping",
    "PostgresShare",
    "PostgresStore",
    "SharedPostgres",
    "apply_policies",
    "condition_of",
    "migrate",
    "open_reader",
    "prune",
    "rows_of_table",
]
