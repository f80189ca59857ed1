"""CSV: a header, then one message a row; every cell is text."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fraudstream.events import Reason, Reject
from fraudstream.sources.bytelog import ByteLog, FileBytes
from fraudstream.sources.cells import Form, Misfit, read_cells
from fraudstream.sources.chunked import PARTITION, Chunk
from fraudstream.sources.header import Header, read_header
from fraudstream.sources.rows import Rows, find_rows
from fraudstream.sources.stretch import Stretch, line_end, read_stretch
from fraudstream.sources.text import MAX_BYTES, TextSource

__all__ = ["Csv", "CsvFile"]


class Csv(TextSource):
    """The rows of a byte log of comma-separated text; a record's offset is its row's first byte.

    The delimiter is the one of comma, semicolon, tab and bar that the header has most of. A row
    that is too long, is not UTF-8 or has not the header's number of cells is among the rejects of
    the records around it.
    """

    def __init__(self, name: str, log: ByteLog, max_bytes: int = MAX_BYTES) -> None:
        super().__init__(name, log, max_bytes)
        self._header: Header | None = None

    def _read(self, at: int, goal: int | None) -> Chunk | None:
        self._header = self._header or read_header(self.name, self._log, self._max_bytes)
        if self._header is None:
            return None
        form = self._header.form
        stretch = read_stretch(self._log, max(at, self._header.end), goal, self._max_bytes)
        rows = find_rows(
            stretch.data, stretch.begin, (ord(form.delimiter), form.longest, stretch.final)
        )
        if rows.end:
            return self._chunk_of(stretch, rows, form)
        return self._long_row(stretch, goal) if stretch.full and len(stretch.data) else None

    def _chunk_of(self, stretch: Stretch, rows: Rows, form: Form) -> Chunk:
        cells = read_cells(form, rows)
        starts, ends = rows.starts[cells.kept], rows.ends[cells.kept]
        stamps = self._log.arrivals(stretch.at + np.minimum(ends + 1, rows.end))
        rejects = tuple(self._reject(stretch, rows, misfit) for misfit in cells.misfits)
        return Chunk(cells.batch, stretch.at + starts, stamps, stretch.at + rows.end, rejects)

    def _reject(self, stretch: Stretch, rows: Rows, misfit: Misfit) -> Reject:
        row, reason, why = misfit
        raw = rows.raw(row, self._max_bytes + 1)
        return Reject(reason, why, raw, PARTITION, stretch.at + int(rows.starts[row]))

    def _long_row(self, stretch: Stretch, goal: int | None) -> Chunk | None:
        """The chunk of one row that is longer than the stretch."""
        end = line_end(self._log, stretch.at + len(stretch.data), goal)
        if end is None:
            return None
        none = np.empty(0, np.int64)
        row = np.zeros(1, np.int64), np.array([len(stretch.data)]), np.zeros(1, np.bool_)
        rows = Rows(stretch.data, *row, len(stretch.data))
        why = f"the row is longer than {self._max_bytes} bytes"
        reject = self._reject(stretch, rows, (0, Reason.TOO_LARGE, why))
        assert self._header is not None
        nothing = read_cells(self._header.form, rows.take(none)).batch
        return Chunk(nothing, none, none, end, (reject,))


class CsvFile(Csv):
    """A CSV file, plain or ``.gz``; ``follow`` and ``seal`` as for JSON lines."""

    def __init__(
        self,
        path: Path,
        max_bytes: int = MAX_BYTES,
        follow: bool = False,
        seal: Path | None = None,
    ) -> None:
        super().__init__(path.name, FileBytes(path, follow, seal), max_bytes)
