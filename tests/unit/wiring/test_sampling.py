"""The head of a file, whatever its kind."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudstream.errors import InputInvalid
from fraudstream.wiring.sampling import ROWS, sample


def test_three_kinds_of_file_give_the_same_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,amount\n1,2.50\n2,3.00\n")
    (tmp_path / "a.jsonl").write_text('{"id": 1, "amount": 2.50}\n{"id": 2, "amount": 3.00}\n')
    pq.write_table(pa.table({"id": [1, 2], "amount": [2.5, 3.0]}), tmp_path / "a.parquet")
    found = {kind: sample(tmp_path / f"a.{kind}") for kind in ("csv", "jsonl", "parquet")}
    assert {tuple(header) for header, _, _ in found.values()} == {("id", "amount")}
    assert {kind: form for kind, (_, _, form) in found.items()} == {
        "csv": "csv",
        "jsonl": "json",
        "parquet": "parquet",
    }
    assert found["csv"][1] == [["1", "2.50"], ["2", "3.00"]]
    assert found["jsonl"][1] == [[1, "2.50"], [2, "3.00"]], "the digits are kept"


def test_nested_messages_become_names_with_dots(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps({"card": {"bin": "4111"}, "id": "x"}) + "\n")
    header, rows, _ = sample(tmp_path / "a.jsonl")
    assert (header, rows) == (["card.bin", "id"], [["4111", "x"]])


def test_the_rows_are_spread_over_the_file(tmp_path: Path) -> None:
    lines = ["kind", *["profile"] * 5000, *["transaction"] * 5000]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    _, rows, _ = sample(tmp_path / "a.csv")
    assert len(rows) <= 2 * ROWS
    assert {str(row[0]) for row in rows} == {"profile", "transaction"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"id,amount\n"),
        ("a.csv", b"id\n\xff\xfe\n"),
        ("a.jsonl", b"{not json\n"),
        ("a.jsonl", b""),
        ("a.parquet", b"PAR1"),
        ("a.xlsx", b"x"),
    ],
)
def test_a_file_that_tells_nothing_is_refused_by_name(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputInvalid, match=name.replace(".", r"\.")):
        sample(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match=r"none\.csv"):
        sample(tmp_path / "none.csv")
