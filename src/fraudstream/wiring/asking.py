"""Questions to what was decided: the store in the home folder, or the engine that has it open."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fraudstream.config import Home, Settings
from fraudstream.engine.checkpoints import FileCheckpoints
from fraudstream.errors import CheckFailed
from fraudstream.serve import ask
from fraudstream.stores.duckdb import Reader
from fraudstream.stores.duckdb.opening import open_file

__all__ = [
    "explained",
    "label_status",
    "newest_rejects",
    "newest_state",
    "one_reject",
    "opened_store",
]

_JSON = ("attributes", "expected_cost", "reasons", "rules", "lists", "challengers")
_LABELS = """
    select count(*) as labels, count(distinct transaction_id) as transactions,
        count(*) filter (where is_fraud) as fraud,
        min(known_at) as first_known, max(known_at) as last_known
    from labels
"""


def store_path(settings: Settings) -> Path:
    """The embedded store's file."""
    url = settings.store.url
    return Path(url.removeprefix("duckdb:")) if url else Home(settings.home).store


@contextmanager
def opened_store(settings: Settings) -> Iterator[Reader]:
    """The store, for reading; raises ``CheckFailed`` if nothing was ever decided here."""
    path = store_path(settings)
    if not path.exists():
        raise CheckFailed(
            f"there is no store at {path}: nothing was decided here yet",
            advice="Decide something first (fraudstream run), or name its folder with --home.",
        )
    reader = Reader(open_file(path, read_only=True))
    try:
        yield reader
    finally:
        reader.close()


def explained(settings: Settings, transaction: str) -> dict[str, Any]:
    """The latest decision about a transaction as it is stored, and the labels that came since.

    The running engine is asked; where none runs, the store's file is opened.
    """

    def offline(name: str) -> dict[str, Any]:
        with opened_store(settings) as reader:
            return decision_of(reader, name)

    return ask(settings.home, transaction, offline)


def decision_of(reader: Reader, transaction: str) -> dict[str, Any]:
    """The same from an open store; raises ``CheckFailed`` if it was not decided here."""
    row = reader.decision(transaction)
    if row is None:
        raise CheckFailed(
            f"no transaction {transaction} was decided here",
            advice="Look at the id again, or name the folder of the run with --home.",
        )
    return plain({**row, "labels": reader.labels(transaction)})


def newest_rejects(settings: Settings, reason: str | None, limit: int) -> list[dict[str, Any]]:
    """The newest rejects, without their bytes."""
    with opened_store(settings) as reader:
        rows = reader.rejects(reason, limit)
    return [{name: value for name, value in plain(row).items() if name != "raw"} for row in rows]


def one_reject(settings: Settings, partition: int, offset: int) -> dict[str, Any]:
    """A reject by its place in the log, its bytes as text."""
    query = "select * from rejects where source_partition = ? and source_offset = ?"
    with opened_store(settings) as reader:
        rows = reader.rows(query, [partition, offset])
    if not rows:
        raise CheckFailed(
            f"no reject at {partition}:{offset}", advice="See them: fraudstream rejects list"
        )
    return plain(rows[0])


def label_status(settings: Settings) -> dict[str, Any]:
    """How many labels there are, of how many transactions."""
    with opened_store(settings) as reader:
        decided = reader.rows("select count(*) as decided from transactions")
        return plain({**decided[0], **reader.rows(_LABELS)[0]})


def newest_state(settings: Settings) -> dict[str, Any]:
    """What the newest checkpoint holds; raises ``CheckFailed`` if there is none."""
    folder = Home(settings.home).checkpoints
    checkpoint = FileCheckpoints(folder).newest()
    if checkpoint is None:
        raise CheckFailed(
            f"there is no checkpoint in {folder}: nothing was decided here yet",
            advice="Decide something first (fraudstream run), or name its folder with --home.",
        )
    return {
        "batch": checkpoint.batch,
        "position": {str(partition): at for partition, at in checkpoint.position.items()},
        "features": checkpoint.fingerprint,
        "bytes": sum(array.nbytes for array in checkpoint.arrays.values()),
        "arrays": len(checkpoint.arrays),
        **checkpoint.meta,
    }


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row in the types that JSON has: times as ISO 8601 text, amounts as numbers."""
    return {name: _plain(name, value) for name, value in row.items()}


def _plain(name: str, value: Any) -> Any:
    match value:
        case str() if name in _JSON:
            return json.loads(value)
        case datetime() | date():
            return value.isoformat().replace("+00:00", "Z")
        case Decimal():
            return float(value)
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case list():
            return [_plain(name, item) for item in value]
        case dict():
            return plain(value)
        case _:
            return value
