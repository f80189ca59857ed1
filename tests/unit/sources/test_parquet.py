from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudstream.errors import InputInvalid
from fraudstream.events import Lines
from fraudstream.sources.parquet import ParquetFile


def table(rows: int) -> pa.Table:
    return pa.table({"id": pa.array(range(rows)), "amount": pa.array([1.25] * rows)})


def test_columns_keep_their_names_and_types(tmp_path: Path) -> None:
    pq.write_table(table(3), tmp_path / "a.parquet")
    records = ParquetFile(tmp_path / "a.parquet").poll(10)
    assert records is not None
    assert not isinstance(records.payload, Lines)
    assert records.payload.schema.types == [pa.int64(), pa.float64()]
    assert records.offsets.tolist() == [0, 1, 2]


def test_any_row_is_found_without_reading_the_groups_before_it(tmp_path: Path) -> None:
    pq.write_table(table(1000), tmp_path / "a.parquet", row_group_size=100)
    source = ParquetFile(tmp_path / "a.parquet")
    for row in (950, 3, 499, 500, 0):
        source.seek({0: row})
        records = source.poll(1)
        assert records is not None
        assert not isinstance(records.payload, Lines)
        assert records.payload.column("id").to_pylist() == [row]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"a,b\n1,2\n", bytes(2000)])
def test_what_is_no_parquet_file_is_one_clear_paragraph(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.parquet").write_bytes(data)
    with pytest.raises(InputInvalid, match="not a Parquet file"):
        ParquetFile(tmp_path / "a.parquet")


def test_a_damaged_group_is_one_clear_paragraph(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(table(10_000), path, compression="zstd", use_dictionary=False)
    damaged = bytearray(path.read_bytes())
    damaged[4:-1000] = bytes(len(damaged) - 1004)
    path.write_bytes(damaged)
    with pytest.raises(InputInvalid, match="not a Parquet file"):
        ParquetFile(path).poll(10)


def test_a_file_with_fewer_rows_than_before_is_not_read_on(tmp_path: Path) -> None:
    pq.write_table(table(3), tmp_path / "a.parquet")
    with pytest.raises(InputInvalid, match="has 3 rows, fewer than the 7"):
        ParquetFile(tmp_path / "a.parquet").seek({0: 7})
