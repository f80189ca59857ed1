from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.errors import InputInvalid
from fraudstream.events import Lines, Reason, Reject
from fraudstream.sources import stretch
from fraudstream.sources.csv import CsvFile

Row = dict[str, str | None]


def read(
    path: Path, data: bytes, limit: int = 1000, longest: int = 50
) -> tuple[list[Row], list[Reject]]:
    path.write_bytes(data)
    source = CsvFile(path, longest)
    rows: list[Row] = []
    rejects: list[Reject] = []
    while (records := source.poll(limit)) is not None:
        assert not isinstance(records.payload, Lines)
        rows += records.payload.to_pylist()
        rejects += records.rejects
    source.close()
    return rows, rejects


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


def test_every_cell_is_text_and_an_empty_one_is_absent(path: Path) -> None:
    rows, _ = read(path, b'a,b,c\n007,,""\n1.50,x y, z \n')
    assert rows == [
        {"a": "007", "b": None, "c": ""},
        {"a": "1.50", "b": "x y", "c": " z "},
    ]


@pytest.mark.parametrize("delimiter", [b",", b";", b"\t", b"|"])
def test_the_header_tells_the_delimiter(path: Path, delimiter: bytes) -> None:
    rows, _ = read(path, delimiter.join([b"a", b'"b,;c"']) + b"\n" + delimiter.join([b"1", b"2"]))
    assert rows == [{"a": "1", "b,;c": "2"}]


def test_quotes_hold_delimiters_line_ends_and_quotes(path: Path) -> None:
    rows, _ = read(path, b'a,b\n"x\r\n,y","say ""yes"""\nz,w"w\n')
    assert rows == [{"a": "x\r\n,y", "b": 'say "yes"'}, {"a": "z", "b": 'w"w'}]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_rows_end_as_files_of_any_system_end_them(path: Path, end: bytes) -> None:
    rows, rejects = read(path, end.join([b"a,b", b"1,2", b"", b"3,4"]))
    assert (rows, rejects) == ([{"a": "1", "b": "2"}, {"a": "3", "b": "4"}], [])


def test_a_row_with_too_few_or_too_many_cells_is_a_reject_and_the_next_one_is_read(
    path: Path,
) -> None:
    rows, rejects = read(path, b"a,b\n1\n1,2,3\n4,5\n")
    assert rows == [{"a": "4", "b": "5"}]
    assert [(r.reason, r.detail, r.raw, r.offset) for r in rejects] == [
        (Reason.ROW_MALFORMED, "the row has 1 cell, the header 2", b"1", 4),
        (Reason.ROW_MALFORMED, "the row has 3 cells, the header 2", b"1,2,3", 6),
    ]


def test_a_row_that_is_not_utf_8_is_a_reject_and_its_neighbours_are_read(path: Path) -> None:
    rows, rejects = read(path, b"a,b\n1,2\n\xff,2\n3,4,5\n6,7\n")
    assert rows == [{"a": "1", "b": "2"}, {"a": "6", "b": "7"}]
    assert [r.reason for r in rejects] == [Reason.UTF8_INVALID, Reason.ROW_MALFORMED]


def test_a_row_over_the_limit_is_a_reject_cut_to_one_byte_more(path: Path) -> None:
    rows, rejects = read(path, b"a,b\n" + b"x" * 80 + b",1\n1,2\n")
    assert rows == [{"a": "1", "b": "2"}]
    assert [(r.reason, len(r.raw)) for r in rejects] == [(Reason.TOO_LARGE, 51)]


def test_a_row_longer_than_what_is_read_at_once_does_not_stop_the_stream(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretch, "_CHUNK", 102)
    rows, rejects = read(path, b"a,b\n" + b"x" * 5000 + b",1\n1,2\n")
    assert rows == [{"a": "1", "b": "2"}]
    assert [r.reason for r in rejects] == [Reason.TOO_LARGE]


def test_a_quote_that_is_never_closed_costs_one_row(path: Path) -> None:
    rows, rejects = read(path, b'a,b\n"1,2\n' + b"3,4\n" * 30)
    assert rows == [{"a": "3", "b": "4"}] * 30
    assert [(r.detail, r.raw) for r in rejects] == [("a quote is not closed", b'"1,2')]


def test_a_quote_left_open_at_the_end_costs_one_row(path: Path) -> None:
    rows, rejects = read(path, b'a,b\n1,2\n"3,4\n5,6\n')
    assert rows == [{"a": "1", "b": "2"}, {"a": "5", "b": "6"}]
    assert len(rejects) == 1


def test_rejects_come_with_the_records_around_them_whatever_the_limit(path: Path) -> None:
    data = b"a,b\nbad\n1,2\nbad\nbad\n3,4\n5,6\nbad\n"
    assert read(path, data, limit=1) == read(path, data)


def test_an_empty_file_and_a_bare_header_have_no_rows(path: Path) -> None:
    assert read(path, b"") == ([], [])
    assert read(path, b"a,b\n") == ([], [])


def test_columns_of_the_same_name_are_refused(path: Path) -> None:
    with pytest.raises(InputInvalid, match='"a" stands in it 2 times'):
        read(path, b"a,b,a\n1,2,3\n")


@pytest.mark.parametrize("data", [bytes(range(256)), b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfea\0,\0"])
def test_garbage_is_one_clear_paragraph(path: Path, data: bytes) -> None:
    with pytest.raises(InputInvalid, match="CSV header"):
        read(path, data)


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
tables = st.lists(st.tuples(cells, cells, cells).filter(any), max_size=8)


@given(tables, st.integers(102, 200), st.integers(1, 4))
def test_what_was_written_as_csv_is_read_whole(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[tuple[str, ...]],
    chunk: int,
    limit: int,
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("a", "b", "c"), *table])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stretch, "_CHUNK", chunk)
        path = tmp_path_factory.getbasetemp() / "any.csv"
        rows, rejects = read(path, text.getvalue().encode(), limit, longest=100)
    assert ([tuple(row.values()) for row in rows], rejects) == (table, [])
