"""Questions to what was decided: the store, or the engine that has its file open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fraudstream.config import Settings
from fraudstream.errors import CheckFailed
from fraudstream.serve import ask
from fraudstream.wiring.stores import opened_reader

__all__ = [
    "explained",
    "label_status",
    "newest_rejects",
    "one_reject",
]

_LABELS = """
    select count(*) as labels, count(distinct transaction_id) as transactions,
        count(*) filter (where is_fraud) as fraud,
        min(known_at) as first_known, max(known_at) as last_known
    from labels
"""


def explained(settings: Settings, transaction: str) -> dict[str, Any]:
    """All about the latest decision about a transaction, and the labels that came since.

    The running engine is asked; where none runs, the store's file is opened.
    """

    def offline(name: str) -> dict[str, Any]:
        with opened_reader(settings) as reader:
            return reader.explain(name)

    return ask(settings.home, transaction, offline)


def newest_rejects(settings: Settings, reason: str | None, limit: int) -> list[dict[str, Any]]:
    """The newest rejects, without their bytes."""
    with opened_reader(settings) as reader:
        rows = reader.rejects(reason, limit)
    return [{name: value for name, value in plain(row).items() if name != "raw"} for row in rows]


def one_reject(settings: Settings, partition: int, offset: int) -> dict[str, Any]:
    """A reject by its place in the log, its bytes as text."""
    query = "select * from rejects where source_partition = $1 and source_offset = $2"
    with opened_reader(settings) as reader:
        rows = reader.rows(query, [partition, offset])
    if not rows:
        raise CheckFailed(
            f"no reject at {partition}:{offset}", advice="See them: fraudstream rejects list"
        )
    return plain(rows[0])


def label_status(settings: Settings) -> dict[str, Any]:
    """How many labels there are, of how many transactions."""
    with opened_reader(settings) as reader:
        decided = reader.rows("select count(*) as decided from transactions")
        return plain({**decided[0], **reader.rows(_LABELS)[0]})


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row in the types that JSON has: times as ISO 8601 text, amounts as numbers."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat().replace("+00:00", "Z")
        case Decimal():
            return float(value)
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case _:
            return value
