"""From rows of delimited text to columns of text, by Arrow; rows that do not fit are told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from fraudstream.events import Reason
from fraudstream.sources.rows import Rows

__all__ = ["Cells", "Form", "Misfit", "read_cells"]

Misfit = tuple[int, Reason, str]
"""Number of a row that is no record, and why."""

_Parsed = tuple[pa.RecordBatch, dict[int, str]]
"""Columns of the rows that fit; what is wrong with the others."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the header says, and how long a row may be."""

    delimiter: str
    names: tuple[str, ...]
    longest: int

    @property
    def schema(self) -> pa.Schema:
        """All columns are text; an empty cell without quotes is null."""
        return pa.schema([(name, pa.string()) for name in self.names])


@dataclass(frozen=True, slots=True)
class Cells:
    """The columns of the rows that fit, the numbers of those rows, and the others."""

    batch: pa.RecordBatch
    kept: NDArray[np.intp]
    misfits: tuple[Misfit, ...]


def read_cells(form: Form, rows: Rows) -> Cells:
    """Read rows; whatever is wrong with one of them is its own affair."""
    kept, misfits = _without_misshapen(form, rows)
    parsed = _parsed(form, rows.take(kept))
    if parsed is None:
        kept, broken = _without_broken_text(rows, kept)
        misfits += broken
        parsed = _parsed(form, rows.take(kept)) or _one_by_one(form, rows.take(kept))
    batch, ragged = parsed
    misfits += [(int(kept[at]), Reason.ROW_MALFORMED, why) for at, why in ragged.items()]
    return Cells(batch, np.delete(kept, list(ragged)), tuple(sorted(misfits)))


def _without_misshapen(form: Form, rows: Rows) -> tuple[NDArray[np.intp], list[Misfit]]:
    long = rows.ends - rows.starts > form.longest
    limit = f"the row is longer than {form.longest} bytes"
    misfits = [(int(row), Reason.TOO_LARGE, limit) for row in np.flatnonzero(long)]
    misfits += [
        (int(row), Reason.ROW_MALFORMED, "a quote is not closed")
        for row in np.flatnonzero(rows.opened & ~long)
    ]
    return np.flatnonzero(~(long | rows.opened)), misfits


def _without_broken_text(
    rows: Rows, kept: NDArray[np.intp]
) -> tuple[NDArray[np.intp], list[Misfit]]:
    broken = [int(row) for row in kept if not _is_utf8(rows.raw(row, int(rows.ends[row])))]
    misfits = [(row, Reason.UTF8_INVALID, "the row is not UTF-8") for row in broken]
    return np.setdiff1d(kept, broken), misfits


def _parsed(form: Form, rows: Rows) -> _Parsed | None:
    """What Arrow reads; None if it does not see the rows that we see."""
    ragged: dict[int, str] = {}

    def note(row: arrow_csv.InvalidRow) -> str:
        cells = f"{row.actual_columns} cell" + "s" * (row.actual_columns != 1)
        ragged[row.number - 1] = f"the row has {cells}, the header {row.expected_columns}"
        return "skip"

    try:
        batch = _read(form, rows.text(), note)
    except pa.ArrowInvalid:
        return None
    return (batch, ragged) if batch.num_rows + len(ragged) == len(rows) else None


def _read(form: Form, text: bytes, note: Callable[[arrow_csv.InvalidRow], str]) -> pa.RecordBatch:
    nothing = pa.RecordBatch.from_pylist([], form.schema)
    if not text:
        return nothing
    table = arrow_csv.read_csv(
        pa.BufferReader(text),
        arrow_csv.ReadOptions(
            use_threads=False, block_size=len(text) + 1, column_names=list(form.names)
        ),
        arrow_csv.ParseOptions(
            delimiter=form.delimiter, newlines_in_values=True, invalid_row_handler=note
        ),
        arrow_csv.ConvertOptions(
            column_types=form.schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return next(iter(table.combine_chunks().to_batches()), nothing)


def _one_by_one(form: Form, rows: Rows) -> _Parsed:
    """The slow way out, should Arrow split the text otherwise: each row alone."""
    batches, ragged = [pa.RecordBatch.from_pylist([], form.schema)], {}
    for at in range(len(rows)):
        alone = _parsed(form, rows.take(np.array([at])))
        if alone is None or alone[1]:
            ragged[at] = alone[1][0] if alone else "the row cannot be split into cells"
        else:
            batches.append(alone[0])
    return pa.concat_batches(batches), ragged


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
