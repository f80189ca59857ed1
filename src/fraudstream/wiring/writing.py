"""Tables to files, batch by batch; the kind of file follows from its ending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from fraudstream.errors import Problem, StorageFailed, UsageInvalid

__all__ = ["open_for_writing"]


@contextmanager
def open_for_writing(path: Path) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """Within it, each call appends a record batch (all of one schema) to a .csv or .parquet file.

    A file is whole when the block ends, with whatever was written until then. Raises
    ``UsageInvalid`` for another ending and ``StorageFailed`` if the disk refuses.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise UsageInvalid(
            f"{path}: no kind of file is known by this ending",
            advice="Name a file that ends in .parquet or .csv.",
        )
    table = _Table(path)
    try:
        yield table.append
        table.close()
    except OSError as error:
        raise StorageFailed(
            f"{path} cannot be written", [Problem(error.strerror or str(error), str(path))]
        ) from error
    finally:
        table.close()


class _Table:
    """A file whose columns are known from the first batch on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pa.csv.CSVWriter | pa.parquet.ParquetWriter | None = None

    def append(self, batch: pa.RecordBatch) -> None:
        if self._writer is None:
            as_csv = self._path.suffix == ".csv"
            kind = pa.csv.CSVWriter if as_csv else pa.parquet.ParquetWriter
            self._writer = kind(str(self._path), batch.schema)
        self._writer.write_batch(batch)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
