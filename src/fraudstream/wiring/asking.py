"""Questions to what was decided: the store, or the engine that has its file open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fraudstream.config import Home, Settings
from fraudstream.errors import CheckFailed
from fraudstream.serve import ask
from fraudstream.stores.sql.reading import Reader
from fraudstream.wiring.outlets import outlets_of
from fraudstream.wiring.stores import opened_reader

__all__ = [
    "answer",
    "decided_in",
    "explained",
    "label_status",
    "newest_rejects",
    "one_reject",
]

Arguments = Mapping[str, str]

_LABELS = """
    select count(*) as labels, count(distinct transaction_id) as transactions,
        count(*) filter (where is_fraud) as fraud,
        min(known_at) as first_known, max(known_at) as last_known
    from labels
"""


def decided_in(settings: Settings) -> Settings:
    """The settings; with the demo's home folder where only a demo has decided anything."""
    own, demo = Home(settings.home), Home(Home(settings.home).demo)
    elsewhere = outlets_of(settings).store != f"duckdb:{own.store}"
    if elsewhere or own.store.exists() or not demo.store.exists():
        return settings
    return settings.model_copy(update={"home": demo.folder})


def explained(settings: Settings, transaction: str) -> dict[str, Any]:
    """All about the latest decision about a transaction, and the labels that came since."""
    return _asked(settings, "explain", {"transaction_id": transaction})


def newest_rejects(settings: Settings, reason: str | None, limit: int) -> list[dict[str, Any]]:
    """The newest rejects, without their bytes."""
    arguments = {"limit": str(limit), **({"reason": reason} if reason else {})}
    found: list[dict[str, Any]] = _asked(settings, "rejects", arguments)["rejects"]
    return found


def one_reject(settings: Settings, partition: int, offset: int) -> dict[str, Any]:
    """A reject by its place in the log, its bytes as text."""
    return _asked(settings, "reject", {"partition": str(partition), "offset": str(offset)})


def label_status(settings: Settings) -> dict[str, Any]:
    """How many labels there are, of how many transactions."""
    return _asked(settings, "labels", {})


def answer(reader: Reader, question: str, arguments: Arguments) -> dict[str, Any]:
    """What a store says to one of the questions that commands ask."""
    if question not in _QUESTIONS:
        raise CheckFailed(f"Nobody knows the question {question}.")
    return _QUESTIONS[question](reader, arguments)


def _asked(settings: Settings, question: str, arguments: Arguments) -> dict[str, Any]:
    """The running engine is asked; where none runs, the store is opened."""

    def offline() -> dict[str, Any]:
        with opened_reader(settings) as reader:
            return answer(reader, question, arguments)

    return ask(settings.home, question, arguments, offline)


def _explain(reader: Reader, arguments: Arguments) -> dict[str, Any]:
    return reader.explain(arguments["transaction_id"])


def _rejects(reader: Reader, arguments: Arguments) -> dict[str, Any]:
    rows = map(plain, reader.rejects(arguments.get("reason"), int(arguments["limit"])))
    return {"rejects": [{name: row[name] for name in row if name != "raw"} for row in rows]}


def _reject(reader: Reader, arguments: Arguments) -> dict[str, Any]:
    partition, offset = int(arguments["partition"]), int(arguments["offset"])
    query = "select * from rejects where source_partition = $1 and source_offset = $2"
    rows = reader.rows(query, [partition, offset])
    if not rows:
        raise CheckFailed(
            f"no reject at {partition}:{offset}", advice="See them: fraudstream rejects list"
        )
    return plain(rows[0])


def _labels(reader: Reader, arguments: Arguments) -> dict[str, Any]:
    decided = reader.rows("select count(*) as decided from transactions")
    return plain({**decided[0], **reader.rows(_LABELS)[0]})


_QUESTIONS: Mapping[str, Callable[[Reader, Arguments], dict[str, Any]]] = {
    "explain": _explain,
    "rejects": _rejects,
    "reject": _reject,
    "labels": _labels,
}


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
