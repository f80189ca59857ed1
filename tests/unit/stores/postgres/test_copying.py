"""What is copied in PostgreSQL's binary format is what it would have been given row by row."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraudstream.stores.postgres.copying import copied

KINDS = {
    "t": ("text", pa.string()),
    "d": ("text", pa.dictionary(pa.int16(), pa.string())),
    "j": ("jsonb", pa.string()),
    "z": ("timestamptz", pa.timestamp("ms", tz="UTC")),
    "n": ("numeric(18, 4)", pa.decimal128(18, 4)),
    "f": ("float8", pa.float64()),
    "i": ("int", pa.int32()),
    "b": ("bigint", pa.int64()),
    "o": ("boolean", pa.bool_()),
    "y": ("bytea", pa.binary()),
    "l": ("text[]", pa.list_(pa.string())),
    "v": ("float8[]", pa.large_list(pa.float64())),
}
TABLE = ", ".join(f"{name} {kind}" for name, (kind, _) in KINDS.items())

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
number = st.floats(allow_nan=False)
values = {
    "t": text,
    "d": st.sampled_from(["approve", "decline", ""]),
    "j": st.dictionaries(text, number.filter(math.isfinite) | text, max_size=3).map(json.dumps),
    "z": st.datetimes().map(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)),
    "n": st.decimals(-(10**13), 10**13, places=4, allow_nan=False),
    "f": number,
    "i": st.integers(-(2**31), 2**31 - 1),
    "b": st.integers(-(2**63), 2**63 - 1),
    "o": st.booleans(),
    "y": st.binary(max_size=9),
    "l": st.lists(text, max_size=3),
    "v": st.lists(st.none() | number, max_size=5),
}
rows = st.lists(st.fixed_dictionaries({k: st.none() | v for k, v in values.items()}), max_size=6)


@pytest.fixture
def session(postgres: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres, autocommit=True) as opened:
        opened.execute("set time zone 'UTC'")
        opened.execute(f"create table copied (k int, {TABLE})".encode())
        opened.execute(f"create table given (k int, {TABLE})".encode())
        yield opened


@settings(
    max_examples=60,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows)
def test_rows_are_what_the_driver_would_have_sent(
    session: psycopg.Connection, rows: list[dict[str, Any]]
) -> None:
    session.execute("truncate copied, given")
    arrays = {"k": pa.array(range(len(rows)), pa.int32())}
    arrays |= {n: pa.array([row[n] for row in rows], kind) for n, (_, kind) in KINDS.items()}
    with session.cursor().copy("copy copied from stdin (format binary)") as copy:
        copy.write(copied(pa.record_batch(arrays), {"j"}).data)
    marks = ", ".join(["%s"] * (1 + len(KINDS)))
    with session.cursor() as cursor:
        for k, row in enumerate(rows):
            if row["z"] is not None:
                row["z"] = f"{row['z'].isoformat()}Z"
            cursor.execute(
                f"insert into given values ({marks})".encode(), [k, *(row[n] for n in KINDS)]
            )
    differing = session.execute("select * from copied except select * from given").fetchall()
    counts = session.execute(
        "select (select count(*) from copied), (select count(*) from given)"
    ).fetchone()
    assert differing == []
    assert counts == (len(rows), len(rows))


def test_a_slice_of_columns_is_copied_and_not_what_lies_around_it(
    session: psycopg.Connection,
) -> None:
    whole = pa.record_batch(
        {
            "t": pa.array(["a", "b", None, "d"]),
            "n": pa.array([Decimal(1), Decimal(2), None, Decimal(4)], pa.decimal128(18, 4)),
            "l": pa.array([["x"], [], None, ["y", "z"]]),
            "i": pa.array([1, 2, None, 4], pa.int32()),
        }
    )
    with session.cursor().copy("copy copied (t, n, l, i) from stdin (format binary)") as copy:
        copy.write(copied(whole.slice(1), set()).data)
    found = session.execute("select t, n, l, i from copied order by i nulls first").fetchall()
    assert found == [(None, None, None, None), ("b", 2, [], 2), ("d", 4, ["y", "z"], 4)]


def test_a_type_that_no_table_has_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="float"):
        copied(pa.record_batch({"x": pa.array(np.zeros(1, np.float32))}), set())
