"""Measures ways to write decisions into PostgreSQL, one after the other in the same run.

python -m bench.sink [--rounds N] [--rows N] [--out FILE]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import psycopg
import pyarrow as pa

from bench.kafka.producing import body, head
from bench.report import merge
from bench.workload import LATER, Messages, bench_preset, crowd
from fraudstream.decisions import Outcome, form_of
from fraudstream.decisions.table import Placement, to_arrow
from fraudstream.ports import Entry
from fraudstream.schema import Preset
from fraudstream.stack import Postgres
from fraudstream.stores.postgres import Address, PostgresStore, migrate
from fraudstream.stores.postgres.copying import copied
from fraudstream.stores.sql.rows import JSON_COLUMNS
from fraudstream.wiring.building import deciding

Write = Callable[[int, Outcome], None]

_SESSION = "set synchronous_commit = on"
_KEY = "create unique index transactions_key on transactions (transaction_id, event_time)"
_STAGE = "create unlogged table staged (like transactions)"


class Session:
    """A database with the tables of this version, and a session that writes ``transactions``."""

    def __init__(self, url: str, preset: Preset, *statements: str) -> None:
        migrate(Address.of(url))
        self.form = form_of(preset)
        self.connection = psycopg.connect(url, cursor_factory=psycopg.RawCursor)
        for statement in (_SESSION, *statements):
            self.connection.execute(statement.encode())
        self.connection.commit()

    def rows(self, batch: int, outcome: Outcome) -> pa.RecordBatch:
        """The same rows as the store's."""
        return to_arrow(outcome, self.form, Placement(batch, 1, 0, None))

    def binary_copy(self, batch: int, outcome: Outcome) -> None:
        """A binary COPY straight into the table: what makes a row unique is the fence."""
        rows = self.rows(batch, outcome)
        names = ", ".join(f'"{name}"' for name in rows.schema.names)
        statement = f"copy transactions ({names}) from stdin (format binary)"
        with self.connection.cursor().copy(statement.encode()) as copy:
            copy.write(copied(rows, JSON_COLUMNS).data)
        self.connection.commit()

    def staged_upsert(self, batch: int, outcome: Outcome) -> None:
        """A binary COPY into a table without indices, and from there ON CONFLICT."""
        rows = self.rows(batch, outcome)
        names = ", ".join(f'"{name}"' for name in rows.schema.names)
        statement = f"copy staged ({names}) from stdin (format binary)"
        with self.connection.cursor().copy(statement.encode()) as copy:
            copy.write(copied(rows, JSON_COLUMNS).data)
        upsert = (
            f"insert into transactions ({names}) select {names} from staged "
            "on conflict (transaction_id, event_time) do nothing"
        )
        self.connection.execute(upsert.encode())
        self.connection.execute("truncate staged")
        self.connection.commit()

    def executemany(self, batch: int, outcome: Outcome) -> None:
        """The driver's own way for many rows, which sends them without waiting for each."""
        rows = self.rows(batch, outcome)
        names = ", ".join(f'"{name}"' for name in rows.schema.names)
        values = ", ".join(f"${k}" for k in range(1, rows.num_columns + 1))
        statement = f"insert into transactions ({names}) values ({values})"
        with self.connection.cursor() as cursor:
            cursor.executemany(statement.encode(), [list(row.values()) for row in rows.to_pylist()])
        self.connection.commit()


def figures(postgres: Postgres, outcomes: list[Outcome]) -> dict[str, float]:
    """Median rows a second of each way; one batch of each in turn."""
    preset = bench_preset()
    own, plain, staged, many = (postgres.create_database(f"sink_{k}") for k in range(4))
    migrate(Address.of(own))
    with closing(PostgresStore(own, preset)) as store:
        copying, upserting = Session(plain, preset), Session(staged, preset, _KEY, _STAGE)
        inserting = Session(many, preset)
        ways: dict[str, Write] = {
            "sink_store_write": lambda batch, outcome: store.write(_entry(batch, outcome), outcome),
            "sink_binary_copy": copying.binary_copy,
            "sink_staged_upsert": upserting.staged_upsert,
            "sink_executemany": inserting.executemany,
        }
        found = {name: list(_rates(write, outcomes)) for name, write in ways.items()}
        for session in (copying, upserting, inserting):
            session.connection.close()
    return {f"{name}_rows_per_s": median(rates) for name, rates in found.items()}


def _rates(write: Write, outcomes: list[Outcome]) -> Iterator[float]:
    """The first batch, which meets cold caches, is left out."""
    for batch, outcome in enumerate(outcomes):
        begun = perf_counter()
        write(batch, outcome)
        if batch:
            yield len(outcome) / (perf_counter() - begun)


def _entry(batch: int, outcome: Outcome) -> Entry:
    return Entry(batch, {0: batch}, {0: batch + 1}, LATER, outcome.versions.as_dict(), 1)


def outcomes_of(rows: int, rounds: int) -> Iterator[Outcome]:
    """Batches of decided transactions, all of the same minute as where so many come at once."""
    program = deciding(bench_preset(), bytes(16))
    state = program.empty()
    now, found = time.time_ns(), crowd(rows * (rounds + 1)).lines
    rests = [body(found.raw(row))[1] for row in range(len(found))]
    lines = [head(now, number, now) + rest for number, rest in enumerate(rests)]
    for records in Messages.of(b"\n".join([*lines, b""])).batches(rows):
        yield program.step(state, records, LATER)


def tell(text: Any) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.sink", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="batches of each way")
    parser.add_argument("--rows", type=int, default=8192, help="of a batch")
    parser.add_argument("--out", type=Path, default=Path("reports/kafka.json"))
    given = parser.parse_args()
    tell("simulating a bank and deciding its transactions")
    outcomes = list(outcomes_of(given.rows, given.rounds))
    with TemporaryDirectory() as name:
        Path(name).chmod(0o711)  # the database's own user passes through
        postgres = Postgres(Path(name) / "postgres")
        postgres.start()
        try:
            tell("writing them, one way after the other")
            found = figures(postgres, outcomes)
        finally:
            postgres.remove()
    found["sink_times_staged_upsert"] = (
        found["sink_binary_copy_rows_per_s"] / found["sink_staged_upsert_rows_per_s"]
    )
    merge(found, given.out)
    print("\n".join(f"{name:<36}{value:>12,.2f}" for name, value in found.items()))


if __name__ == "__main__":
    main()
