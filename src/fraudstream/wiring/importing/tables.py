"""Rows of a file, a table of a database or a topic, each with the place that it stands at."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fraudstream.config import Settings
from fraudstream.errors import InputInvalid, Problem, UsageInvalid
from fraudstream.events import Lines, place_of
from fraudstream.wiring.kafka import Place, cluster_of
from fraudstream.wiring.sampling import flat
from fraudstream.wiring.schemes import is_kafka, is_postgresql

__all__ = ["Row", "Source", "require_columns", "rows_in", "value_of"]

_AT_ONCE = 10_000
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows are: a .csv, .jsonl or .parquet file, a ``kafka://`` topic, or ``table`` of a
    ``postgresql://`` database."""

    place: str
    table: str | None = None

    def __post_init__(self) -> None:
        """A database needs a table, and nothing else has one."""
        if is_postgresql(self.place) != (self.table is not None):
            raise UsageInvalid(
                "a database needs the name of the table, and nothing else takes one",
                advice="Write postgresql://USER@HOST/DATABASE --table NAME, or a file or topic.",
            )


@dataclass(frozen=True, slots=True)
class Row:
    """Values by column, or what is wrong with the row; ``number`` counts from 1."""

    file: str
    number: int
    values: Mapping[str, Any] = field(default_factory=dict)
    fault: str | None = None

    def problem(self, text: str) -> Problem:
        """What is wrong with it, and where it is."""
        return Problem(text, self.file, self.number)


def rows_in(source: Source, settings: Settings) -> Iterator[Row]:
    """All rows there are now; raises ``InputInvalid`` where they cannot be read at all."""
    if source.table is not None:
        return _of_database(source.place, source.table)
    if is_kafka(source.place):
        return _of_topic(source.place, settings)
    path = Path(source.place)
    readers = {".csv": _of_csv, ".jsonl": _of_json, ".ndjson": _of_json, ".parquet": _of_parquet}
    if path.suffix not in readers:
        raise UsageInvalid(
            f"{path}: no kind of data is known by this ending",
            advice="Name a .csv, .jsonl or .parquet file, a kafka:// topic, or a postgresql:// "
            "database with --table.",
        )
    return _readable(path, readers[path.suffix](path))


def value_of(row: Row, names: Sequence[str]) -> Any:
    """The value of the first of the columns that the row has; None without any."""
    return next((row.values[name] for name in names if name in row.values), None)


def require_columns(rows: Sequence[Row], wanted: Iterable[Sequence[str]], advice: str) -> None:
    """Raise ``UsageInvalid`` unless some row has one of each of the ``wanted`` columns' names."""
    held = dict.fromkeys(name for row in rows for name in row.values)
    lacking = [names for names in wanted if rows and not any(name in held for name in names)]
    if lacking:
        raise UsageInvalid(
            f"{rows[0].file} lacks {len(lacking)} of the columns that this needs",
            [Problem(f"no column {' or '.join(dict.fromkeys(names))}") for names in lacking],
            f"{advice} It has {', '.join(held)}.",
        )


def _readable(path: Path, rows: Iterator[Row]) -> Iterator[Row]:
    try:
        yield from rows
    except (OSError, ValueError, csv.Error) as error:
        problem = Problem(getattr(error, "strerror", None) or str(error), str(path))
        raise InputInvalid(f"{path} cannot be read", [problem]) from error


def _of_csv(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        header = next(lines, [])
        for cells in lines:
            if len(cells) == len(header):
                told = {name: cell or None for name, cell in zip(header, cells, strict=True)}
                yield Row(str(path), lines.line_num, told)
            elif cells:
                fault = f"the row has {len(cells)} cells, the header {len(header)}"
                yield Row(str(path), lines.line_num, fault=fault)


def _of_json(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _of_message(str(path), number, line)


def _of_message(file: str, number: int, message: bytes) -> Row:
    """A row from JSON; nested names with dots, decimals with all their digits."""
    try:
        said = json.loads(message, parse_float=str)
    except ValueError as error:
        return Row(file, number, fault=f"it is no JSON: {error}")
    if not isinstance(said, dict):
        return Row(file, number, fault="it is no JSON object")
    return Row(file, number, dict(flat(said)))


def _of_parquet(path: Path) -> Iterator[Row]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        number = 0
        for batch in file.iter_batches(_AT_ONCE):
            for values in batch.to_pylist():
                number += 1
                yield Row(str(path), number, values)


def _of_database(url: str, table: str) -> Iterator[Row]:
    from fraudstream.stores.postgres import Address, rows_of_table

    for number, values in enumerate(rows_of_table(Address.of(url), table), start=1):
        yield Row(table, number, values)


def _of_topic(url: str, settings: Settings) -> Iterator[Row]:
    """Every message that the topic has when its end is reached."""
    from fraudstream.sources.kafka import KafkaSource

    place = Place.parse(url)
    cluster = cluster_of(settings.kafka, place.servers)
    with closing(KafkaSource(cluster, place.topics, _LONGEST, ends=True)) as topic:
        while (records := topic.poll(_AT_ONCE)) is not None:
            assert isinstance(records.payload, Lines)
            for row, offset in enumerate(records.offsets.tolist()):
                name, partition = place_of(records.source, int(records.partitions[row]))
                yield _of_message(f"{name}:{partition}", offset, records.payload.raw(row))
