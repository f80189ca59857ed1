"""Parquet: one message a row, columns under their own names and types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fraudstream.errors import InputInvalid, Problem
from fraudstream.events import NO_TIMESTAMP
from fraudstream.sources.bytelog import open_file
from fraudstream.sources.chunked import Chunk, ChunkedSource

__all__ = ["ParquetFile"]

_ROWS = 65_536


class ParquetFile(ChunkedSource):
    """A Parquet file, a row group at a time; a record's offset is its row number."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.name)
        self._path = path
        self._handle = open_file(path)
        self._file = self._opened()
        groups = range(self._file.num_row_groups)
        sizes = [self._file.metadata.row_group(group).num_rows for group in groups]
        self._bounds = np.cumsum([0, *sizes])
        self._batches: Iterator[pa.RecordBatch] = iter(())
        self._held = pa.RecordBatch.from_pylist([], self._file.schema_arrow)
        self._held_at = -1

    def _opened(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self._handle)
        except (pa.ArrowException, OSError) as error:
            self._handle.close()
            raise self._unreadable(error) from error

    def _read(self, at: int, goal: int | None) -> Chunk | None:
        end = int(self._bounds[-1]) if goal is None else goal
        if at >= end:
            return None
        if not self._held_at <= at < self._held_end():
            self._hold(at)
        batch = self._held.slice(at - self._held_at, end - at)
        offsets = np.arange(at, at + batch.num_rows)
        return Chunk(batch, offsets, np.full(len(offsets), NO_TIMESTAMP), int(offsets[-1]) + 1)

    def _hold(self, at: int) -> None:
        """Read the batch that row ``at`` is in; the next one without looking for it."""
        if at != self._held_end() or self._held_at < 0:
            group = int(np.searchsorted(self._bounds, at, side="right")) - 1
            left = range(group, self._file.num_row_groups)
            self._batches = self._file.iter_batches(_ROWS, row_groups=left, use_threads=False)
            self._held_at, self._held = int(self._bounds[group]), self._held.slice(0, 0)
        try:
            while at >= self._held_end():
                self._held_at, self._held = self._held_end(), next(self._batches)
        except (pa.ArrowException, OSError, StopIteration) as error:
            raise self._unreadable(error) from error

    def _held_end(self) -> int:
        return self._held_at + self._held.num_rows

    def _finished(self, at: int) -> bool:
        return at >= self._bounds[-1]

    def _wait(self, seconds: float) -> None:
        """A Parquet file is complete."""

    def _check(self, at: int) -> None:
        if at > self._bounds[-1]:
            raise InputInvalid(
                f"{self._path} has {self._bounds[-1]} rows, fewer than the {at} read before.",
                advice="Restore it, or decide the new file from the start with another --home.",
            )

    def close(self) -> None:
        """Close the file."""
        self._handle.close()

    def _unreadable(self, error: Exception) -> InputInvalid:
        return InputInvalid(
            f"{self._path} is not a Parquet file that can be read.",
            [Problem(str(error).strip() or "it ends early", str(self._path))],
            "Write it again, or give it the ending of what it is (.csv, .jsonl).",
        )
