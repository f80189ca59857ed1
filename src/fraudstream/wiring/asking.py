"""Questions to what was decided: the store, or the engine that has its file open."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from fraudstream.config import Home, Settings
from fraudstream.errors import CheckFailed, Problem
from fraudstream.serve import ask
from fraudstream.stores.sql.reading import Reader
from fraudstream.wiring.outlets import outlets_of
from fraudstream.wiring.stores import opened_reader

__all__ = [
    "Lookup",
    "WholeReject",
    "answer",
    "decided_in",
    "explained",
    "label_status",
    "looked_up",
    "newest_rejects",
    "one_reject",
    "whole_reject",
]

Arguments = Mapping[str, str]

_LABELS = """
    select count(*) as labels, count(distinct transaction_id) as transactions,
        count(*) filter (where is_fraud) as fraud,
        min(known_at) as first_known, max(known_at) as last_known
    from labels
"""


_STORED = """
    select distinct on (transaction_id)
        transaction_id, event_time, amount, currency, attributes, type, account_id, card_id,
        card_bin, merchant_id, merchant_category, terminal_id, counterparty_id, device_id, ip,
        country, channel, payment_method
    from transactions where transaction_id = any($1)
    order by transaction_id, batch desc, batch_row desc
"""
_LABELLED = """
    select distinct on (transaction_id) transaction_id, is_fraud, source, reason_code, known_at
    from labels where transaction_id = any($1)
    order by transaction_id, arrived_at desc, batch desc, batch_row desc
"""
_ACCOUNTS = "select account_id, signup_time from account_details where account_id = any($1)"

_REJECTS_AT = """
    select * from rejects
    where source_partition = $1 and source_offset = $2 and ($3::text is null or source = $3)
    order by batch
"""


class WholeReject(msgspec.Struct, frozen=True):
    """A reject as it can be sent again; headers as :meth:`Envelope.said_headers` gives them."""

    reason: str
    source: str
    source_partition: int
    source_offset: int
    raw: bytes
    key: bytes | None
    headers: list[dict[str, str]]

    @property
    def place(self) -> str:
        """``TOPIC:PARTITION:OFFSET``."""
        return f"{self.source}:{self.source_partition}:{self.source_offset}"


Lookup = Callable[[str, Sequence[str]], Iterator[dict[str, Any]]]
"""Asks ``stored``, ``labelled`` or ``accounts`` about ids; gives the rows there are."""

_ASKED_AT_ONCE, _READ_AT_ONCE = 50, 5_000
"""Ids in one question: to an engine, by the length of its address, or to a database."""


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


def one_reject(settings: Settings, place: str) -> dict[str, Any]:
    """A reject by its place in the log, its bytes as text; raises ``CheckFailed`` without one.

    ``place`` is ``TOPIC:PARTITION:OFFSET``, or ``PARTITION:OFFSET`` where that is one message.
    """
    return _asked(settings, "reject", {"place": place})


def whole_reject(settings: Settings, place: str) -> WholeReject:
    """The same with its exact bytes, key and headers."""
    found = _asked(settings, "whole_reject", {"place": place})
    return msgspec.convert(found, WholeReject)


def label_status(settings: Settings) -> dict[str, Any]:
    """How many labels there are, of how many transactions."""
    return _asked(settings, "labels", {})


@contextmanager
def looked_up(settings: Settings) -> Iterator[Lookup]:
    """A way to ask about many ids: a running engine, else the store, opened once.

    Raises ``UsageInvalid`` where no store is named, ``NotReachable`` where it cannot be opened.
    """
    with ExitStack() as stack:
        readers: list[Reader] = []

        def read(question: str, ids: Sequence[str]) -> dict[str, Any]:
            if not readers:
                readers.append(stack.enter_context(opened_reader(settings)))
            return answer(readers[0], question, {"ids": json.dumps(ids)})

        def asked(question: str, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
            at = 0
            while at < len(ids):
                some = ids[at : at + (_READ_AT_ONCE if readers else _ASKED_AT_ONCE)]
                arguments = {"ids": json.dumps(some)}
                offline = partial(read, question, some)
                yield from ask(settings.home, question, arguments, offline)["rows"]
                at += len(some)

        yield asked


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
    return plain(_the_reject(reader, arguments["place"]))


def _whole_reject(reader: Reader, arguments: Arguments) -> dict[str, Any]:
    row = _the_reject(reader, arguments["place"])
    whole = {name: row[name] for name in ("reason", "source", "source_partition", "source_offset")}
    encoded = {name: row[name] and b64encode(row[name]).decode() for name in ("raw", "key")}
    return {**whole, **encoded, "headers": json.loads(row["headers"] or "[]")}


def _the_reject(reader: Reader, place: str) -> dict[str, Any]:
    *source, partition, offset = place.rsplit(":", 2)
    if not (partition.isdigit() and offset.isdigit()):
        raise CheckFailed(f'"{place}" is not a place; write for example raw_transactions:0:4711')
    found = reader.rows(_REJECTS_AT, [int(partition), int(offset), source[0] if source else None])
    places = {f"{row['source']}:{partition}:{offset}": row for row in found}
    if not places:
        raise CheckFailed(f"no reject at {place}", advice="See them: fraudstream rejects list")
    if len(places) > 1:
        raise CheckFailed(
            f"{place} is a place in {len(places)} topics",
            [Problem(one) for one in sorted(places)],
            "Name the topic too: TOPIC:PARTITION:OFFSET.",
        )
    return next(iter(places.values()))


def _labels(reader: Reader, arguments: Arguments) -> dict[str, Any]:
    decided = reader.rows("select count(*) as decided from transactions")
    return plain({**decided[0], **reader.rows(_LABELS)[0]})


def _rows_about(query: str) -> Callable[[Reader, Arguments], dict[str, Any]]:
    def rows(reader: Reader, arguments: Arguments) -> dict[str, Any]:
        return {"rows": list(map(plain, reader.rows(query, [json.loads(arguments["ids"])])))}

    return rows


_QUESTIONS: Mapping[str, Callable[[Reader, Arguments], dict[str, Any]]] = {
    "explain": _explain,
    "rejects": _rejects,
    "reject": _reject,
    "whole_reject": _whole_reject,
    "labels": _labels,
    "stored": _rows_about(_STORED),
    "labelled": _rows_about(_LABELLED),
    "accounts": _rows_about(_ACCOUNTS),
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
