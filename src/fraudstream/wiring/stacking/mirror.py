"""What the tables should hold, made from the topics alone, in the session's own temporary tables.

A temporary table hides the one of the same name: the queries of a dashboard, run again after it was
made, answer from what was sent. Their JSON is read by PostgreSQL, not by our decoder. What only the
engine knows (versions, when it decided) is taken over from its rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fraudstream.schema import Preset
from fraudstream.schema.preset import Field, FieldType
from fraudstream.schema.reference import COUNTRY_CODES
from fraudstream.stores.postgres.connecting import Connection
from fraudstream.wiring.stacking.sent import Message, Place

__all__ = ["Sending", "is_mirrored", "make_mirror"]

_MIRRORED = re.compile(r"\b(transactions|labels|transactions_per_minute)\b")

_TYPES = {
    "event_time": "timestamptz",
    "known_at": "timestamptz",
    "amount": "numeric(18, 4)",
    "lat": "float8",
    "lon": "float8",
    "is_fraud": "boolean",
}
_DECIDED = {
    "transaction_id": "decided->>'transaction_id'",
    "action": "decided->>'action'",
    "decided_by": "decided->>'decided_by'",
    "score": "(decided->>'score')::float8",
    "amount_base": "(decided->>'amount_base')::numeric(18, 4)",
    "coverage": "(decided->>'coverage')::float8",
    "flags": "array(select jsonb_array_elements_text(decided->'flags'))",
    **{
        name: f"decided->'{name}'"
        for name in ("expected_cost", "reasons", "rules", "lists", "challengers")
    },
}

_SENT = """
    create temp table sent (
        topic text, partition int, place bigint, at_ms bigint, producer text,
        body jsonb, decided jsonb
    )
"""
_PER_MINUTE = """
    create temp view transactions_per_minute as
    select date_trunc('minute', event_time) as bucket,
        action, country, channel, payment_method,
        count(*) as transactions,
        sum((action <> 'approve')::int) as flagged,
        sum(amount_base) as amount_base,
        sum(case when action <> 'approve' then amount_base else 0 end) as flagged_amount_base,
        sum((score < 0.001)::int) as score_to_0_001,
        sum((score >= 0.001 and score < 0.01)::int) as score_to_0_01,
        sum((score >= 0.01 and score < 0.1)::int) as score_to_0_1,
        sum((score >= 0.1 and score < 0.5)::int) as score_to_0_5,
        sum((score >= 0.5)::int) as score_to_1
    from pg_temp.transactions group by 1, 2, 3, 4, 5
"""
_COUNTED = """
    select
        count(*) filter (where kind = 'transaction'),
        count(*) filter (where kind = 'transaction' and producer = 'attack'),
        count(*) filter (where kind = 'label'),
        count(*) filter (where kind = 'transaction' and held > 0),
        count(*) filter (where rejected),
        count(*) filter (where kind = 'transaction' and held = 0 and not rejected),
        count(*) filter (where held > 1),
        count(*) filter (where kind = 'transaction' and held > 0 and decided is null),
        count(*) filter (where producer = 'attack' and decided->>'action' <> 'approve')
    from (
        select sent.*, coalesce(body->>'kind', 'transaction') as kind,
            coalesce(rows.held, 0) as held,
            rejects.source_offset is not null as rejected
        from sent
        left join (
            select source, source_partition, source_offset, count(*) as held
            from public.transactions group by 1, 2, 3
        ) as rows on (source, source_partition, source_offset) = (topic, partition, place)
        left join (
            select distinct source, source_partition, source_offset from public.rejects
        ) as rejects on (rejects.source, rejects.source_partition, rejects.source_offset)
            = (topic, partition, place)
    ) as counted
"""


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of what was sent: counts of messages.

    ``lost`` are transactions with neither a row nor a reject, ``doubled`` those with several rows,
    ``unpublished`` those whose decision is in the database and not in its topic.
    """

    transactions: int
    attacks: int
    labels: int
    stored: int
    rejected: int
    lost: int
    doubled: int
    unpublished: int
    attacks_flagged: int


def make_mirror(
    connection: Connection,
    preset: Preset,
    sent: Iterable[Message],
    decided: Mapping[Place, bytes],
) -> Sending:
    """Make the temporary tables, within a transaction that is not to be kept."""
    connection.execute(_SENT)
    columns = "topic, partition, place, at_ms, producer, body, decided"
    with connection.cursor().copy(f"copy sent ({columns}) from stdin") as copy:
        for message in sent:
            place = message.topic, message.partition, message.offset
            copy.write_row(_row(message, decided.get(place)))
    connection.execute("analyze sent")
    counted = connection.execute(_COUNTED).fetchone() or ()
    connection.execute("create temp table countries (name text primary key, code text)")
    with connection.cursor().copy("copy countries from stdin") as copy:
        for name, code in COUNTRY_CODES.items():
            copy.write_row((name, code))
    connection.execute(_transactions(preset, _columns(connection)))
    connection.execute(_labels(preset))
    for table in ("transactions", "labels"):
        connection.execute(f"create index on pg_temp.{table} (transaction_id)".encode())
        connection.execute(f"analyze pg_temp.{table}".encode())
    connection.execute(_PER_MINUTE)
    return Sending(*counted)


def is_mirrored(query: str) -> bool:
    """Whether a query is about what was sent, at least in part."""
    return _MIRRORED.search(query) is not None


def _row(message: Message, decided: bytes | None) -> tuple[object, ...]:
    producer = message.headers.get("producer", b"").decode()
    body = _as_json(message.value)
    said = decided.decode() if decided else None
    place = message.topic, message.partition, message.offset
    return (*place, message.timestamp, producer, body, said)


def _as_json(value: bytes) -> str | None:
    """The message if PostgreSQL can read it as JSON too."""
    try:
        text = value.decode()
        json.loads(text)
    except ValueError:
        return None
    return text.replace("\\u0000", "\\u001a")


def _columns(connection: Connection) -> list[str]:
    found = connection.execute(
        "select column_name from information_schema.columns"
        " where (table_schema, table_name) = ('public', 'transactions') order by ordinal_position"
    )
    return [str(name) for (name,) in found.fetchall()]


def _transactions(preset: Preset, columns: list[str]) -> str:
    made = {**_sent(preset), **_DECIDED}
    shown = ", ".join(f"{made.get(name, f'held.{name}')} as {name}" for name in columns)
    return f"""
        create temp table transactions as
        select {shown} from sent left join (
            select distinct on (source, source_partition, source_offset) *
            from public.transactions
        ) as held on (held.source, held.source_partition, held.source_offset)
            = (topic, partition, place)
        where decided is not null
    """


def _labels(preset: Preset) -> str:
    made = _sent(preset)
    said = {"transaction_id": "body->>'transaction_id'", **made}
    names = ("transaction_id", "event_time", "is_fraud", "reason_code", "amount", "known_at")
    shown = ", ".join(f"{said.get(name, 'null')} as {name}" for name in names)
    return f"""
        create temp table labels as
        select {shown}, to_timestamp(at_ms / 1000.0) as arrived_at, partition as batch,
            place as batch_row
        from sent where body->>'kind' = 'label'
    """


def _sent(preset: Preset) -> dict[str, str]:
    """For each column that a message carries, the SQL that reads it there."""
    return {field.name: _reading(field) for field in preset.fields if not field.hash}


def _reading(field: Field) -> str:
    path = ",".join(field.path)
    text = f"body#>>'{{{path}}}'"
    if field.type is FieldType.COUNTRY:
        return f"(select code from countries where name = lower({text}))"
    return f"({text})::{_TYPES[field.name]}" if field.name in _TYPES else text
