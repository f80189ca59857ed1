"""The head of a data file, of whatever kind, from which a preset is guessed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from fraudstream.errors import InputInvalid, Problem

__all__ = ["sample"]

ROWS, SPAN = 1_000, 50_000
"""So many rows, spread over the first so many: what comes first may be all of one kind."""

Header = list[str]
Rows = list[list[object]]
Form = Literal["json", "csv", "parquet"]


def sample(path: Path) -> tuple[Header, Rows, Form]:
    """Column names, a thousand rows and the kind of a .csv, .jsonl or .parquet file.

    Nested JSON becomes names with dots. Raises ``InputInvalid`` where the file cannot be read so.
    """
    readers = {".csv": _csv, ".jsonl": _json, ".ndjson": _json, ".parquet": _parquet}
    if path.suffix not in readers:
        raise InputInvalid(
            f"{path}: no kind of data is known by this ending",
            advice="Name a file that ends in .csv, .jsonl or .parquet.",
        )
    try:
        header, rows, form = readers[path.suffix](path)
    except (OSError, ValueError, csv.Error) as error:
        problem = Problem(getattr(error, "strerror", None) or str(error), str(path))
        raise InputInvalid(f"{path} cannot be read", [problem]) from error
    if not rows:
        raise InputInvalid(f"{path} holds no rows to guess from")
    return header, rows[:: max(1, len(rows) // ROWS)], form


def _csv(path: Path) -> tuple[Header, Rows, Form]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        header = next(lines, [])
        rows: Rows = [list(row) for row in islice(lines, SPAN) if len(row) == len(header)]
    return header, rows, "csv"


def _json(path: Path) -> tuple[Header, Rows, Form]:
    with path.open(encoding="utf-8") as file:
        messages = [
            json.loads(line, parse_float=str) for line in islice(file, SPAN) if line.strip()
        ]
    flat = [dict(_flat(message)) for message in messages if isinstance(message, dict)]
    header = list(dict.fromkeys(name for message in flat for name in message))
    return header, [[message.get(name) for name in header] for message in flat], "json"


def _flat(message: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in message.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _parquet(path: Path) -> tuple[Header, Rows, Form]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        batch = next(file.iter_batches(SPAN), None)
        header = list(file.schema_arrow.names)
    columns = [column.to_pylist() for column in batch.columns] if batch is not None else []
    return header, [list(row) for row in zip(*columns, strict=True)], "parquet"
