"""The embedded engine decides what a job has decided, by Spark's log; and both are compared."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg

from fraudstream.config import Settings
from fraudstream.engine.ranges import read_again
from fraudstream.stores.postgres import PostgresStore
from fraudstream.wiring.champions import chosen
from fraudstream.wiring.kafka import kafka_source
from fraudstream.wiring.presets import preset_named

Rows = list[tuple[Any, ...]]

TABLES = ("transactions", "alerts", "labels", "reversals", "profiles", "rejects", "journal")
OWN = {"batch_row", "decided_at", "latency_us", "rejected_at", "committed_at", "epoch"}
"""When and by whom something was written, and the order of rows within a batch."""


def decide_again(settings: Settings, decided: str, database: str) -> None:
    """Replay the journal of the database ``decided`` into an empty one, batch by batch."""
    preset = preset_named(settings.preset)
    programs = chosen(settings, preset)
    source = kafka_source(settings.run.source[0], settings.kafka, preset)
    state = programs.current().empty()
    with (
        closing(source),
        closing(PostgresStore(decided, preset)) as store,
        closing(PostgresStore(database, preset)) as again,
    ):
        again.claim(1)
        for entry in store.entries(-1):
            records = read_again(source, entry)
            again.write(entry, programs.of(entry.versions).step(state, records, entry.as_of))


def rows_of(database: str, table: str) -> Rows:
    """All that a table says, in one order; what differs between any two runs is left out."""
    with psycopg.connect(database) as session:
        found = session.execute(f"select * from {table}".encode())
        names = [column.name for column in found.description or ()]
        kept = [k for k, name in enumerate(names) if name not in OWN]
        return sorted((tuple(row[k] for k in kept) for row in found), key=repr)
