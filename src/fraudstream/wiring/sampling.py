"""Rows of small tables, and the head of large ones, of whatever kind of file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from fraudstream.errors import InputInvalid, Problem

__all__ = ["flat", "rows_of", "sample"]

ROWS, SPAN = 1_000, 50_000
"""So many rows, spread over the first so many: what comes first may be all of one kind."""

Header = list[str]
Rows = list[list[object]]
Form = Literal["json", "csv", "parquet"]

_FORMS: Mapping[str, Form] = {
    ".csv": "csv",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
}


def sample(path: Path) -> tuple[Header, Rows, Form]:
    """Column names, about a thousand rows and the kind of a .csv, .jsonl or .parquet file."""
    header, rows = rows_of(path, SPAN)
    if not rows:
        raise InputInvalid(f"{path} holds no rows to guess from")
    return header, rows[:: max(1, len(rows) // ROWS)], _FORMS[path.suffix]


def rows_of(path: Path, most: int | None = None) -> tuple[Header, Rows]:
    """Column names and the first rows, all of them if ``most`` is not given.

    Nested JSON becomes names with dots; decimals of JSON keep their digits. Raises ``InputInvalid``
    where the file cannot be read so.
    """
    if path.suffix not in _FORMS:
        raise InputInvalid(
            f"{path}: no kind of data is known by this ending",
            advice="Name a file that ends in .csv, .jsonl or .parquet.",
        )
    read = {"csv": _csv, "json": _json, "parquet": _parquet}[_FORMS[path.suffix]]
    try:
        return read(path, most)
    except (OSError, ValueError, csv.Error) as error:
        problem = Problem(getattr(error, "strerror", None) or str(error), str(path))
        raise InputInvalid(f"{path} cannot be read", [problem]) from error


def _csv(path: Path, most: int | None) -> tuple[Header, Rows]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        header = next(lines, [])
        return header, [list(row) for row in islice(lines, most) if len(row) == len(header)]


def _json(path: Path, most: int | None) -> tuple[Header, Rows]:
    with path.open(encoding="utf-8") as file:
        lines = (line for line in islice(file, most) if line.strip())
        messages = [json.loads(line, parse_float=str) for line in lines]
    rows = [dict(flat(message)) for message in messages if isinstance(message, dict)]
    header = list(dict.fromkeys(name for row in rows for name in row))
    return header, [[row.get(name) for name in header] for row in rows]


def flat(message: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Names and values; the names of nested ones with dots."""
    for key, value in message.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _parquet(path: Path, most: int | None) -> tuple[Header, Rows]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        header = list(file.schema_arrow.names)
        batches = (batch.to_pylist() for batch in file.iter_batches(ROWS))
        rows = islice(chain.from_iterable(batches), most)
        return header, [[row[name] for name in header] for row in rows]
