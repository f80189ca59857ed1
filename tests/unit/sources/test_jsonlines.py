from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.errors import InputInvalid, UsageInvalid
from fraudstream.events import Lines
from fraudstream.ports import Source
from fraudstream.sources import stretch
from fraudstream.sources.jsonlines import JsonLinesFile


def written(folder: Path, data: bytes, name: str = "a.jsonl") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def messages(source: Source, limit: int = 1000) -> list[bytes]:
    found: list[bytes] = []
    while (records := source.poll(limit, wait=0.0)) is not None:
        assert isinstance(records.payload, Lines)
        found += [records.payload.raw(row) for row in range(len(records))]
    return found


def test_a_last_line_without_a_newline_is_a_message(tmp_path: Path) -> None:
    assert messages(JsonLinesFile(written(tmp_path, b"one\ntwo"))) == [b"one", b"two"]


def test_line_ends_of_windows_are_no_part_of_a_message(tmp_path: Path) -> None:
    assert messages(JsonLinesFile(written(tmp_path, b"one\r\ntwo\r\n"))) == [b"one", b"two"]


def test_empty_lines_are_no_messages(tmp_path: Path) -> None:
    assert messages(JsonLinesFile(written(tmp_path, b"\n\none\n\r\n\ntwo\n\n"))) == [b"one", b"two"]


def test_a_byte_order_mark_is_no_part_of_the_first_message(tmp_path: Path) -> None:
    source = JsonLinesFile(written(tmp_path, b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n"))
    assert messages(source) == [b"one", b"\xef\xbb\xbftwo"]


def test_an_offset_is_the_byte_at_which_the_message_starts(tmp_path: Path) -> None:
    records = JsonLinesFile(written(tmp_path, b"\nab\r\n\ncd\nef")).poll(10)
    assert records is not None
    assert records.offsets.tolist() == [1, 6, 9]


def test_a_line_over_the_limit_is_cut_to_one_byte_more(tmp_path: Path) -> None:
    source = JsonLinesFile(written(tmp_path, b"x" * 100 + b"\nyes\n"), max_bytes=10)
    assert messages(source) == [b"x" * 11, b"yes"]


def test_a_line_longer_than_what_is_read_at_once_does_not_stop_the_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretch, "_CHUNK", 64)
    path = written(tmp_path, b"one\n" + b"x" * 1000 + b"\nlast\n")
    assert messages(JsonLinesFile(path, max_bytes=10)) == [b"one", b"x" * 11, b"last"]


def test_an_endless_line_ends_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretch, "_CHUNK", 64)
    source = JsonLinesFile(written(tmp_path, b"x" * 1000), max_bytes=10)
    assert messages(source) == [b"x" * 11]


pieces = st.sampled_from([b"\xef", b"\xbb", b"\xbf", b"{", b"\xff", b"\0", b"wide"])
lines = st.lists(st.lists(pieces, max_size=8).map(b"".join))


@given(lines, st.integers(1, 40), st.integers(1, 7), st.booleans())
def test_lines_are_found_however_the_file_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    wanted: list[bytes],
    chunk: int,
    limit: int,
    ends: bool,
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(b"\n".join(wanted) + b"\n" * ends)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stretch, "_CHUNK", chunk)
        source = JsonLinesFile(path, max_bytes=12)
        found = messages(source, limit)
        source.close()
    head = [line.removeprefix(b"\xef\xbb\xbf") for line in wanted[:1]]
    assert found == [line[:13] for line in [*head, *wanted[1:]] if line]


def test_what_was_appended_before_the_end_was_met_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"one\n")
    source = JsonLinesFile(path)
    source.poll(1)
    with path.open("ab") as file:
        file.write(b"two\n")
    assert messages(source) == [b"two"]


def test_a_followed_file_has_no_end_and_its_last_line_waits_for_its_newline(tmp_path: Path) -> None:
    path = written(tmp_path, b"one\ntw")
    source = JsonLinesFile(path, follow=True)
    first, none = source.poll(10, wait=0.0), source.poll(10, wait=0.0)
    assert first is not None
    assert none is not None
    assert (len(first), len(none)) == (1, 0)
    with path.open("ab") as file:
        file.write(b"o\n")
    assert source.poll(10, wait=0.0).payload.raw(0) == b"two"  # type: ignore[union-attr]


def test_a_file_that_shrank_is_not_read_on(tmp_path: Path) -> None:
    path = written(tmp_path, b"one\ntwo\n")
    source = JsonLinesFile(path)
    messages(source)
    path.write_bytes(b"one\n")
    with pytest.raises(InputInvalid, match="shorter than the 8 bytes"):
        source.seek({0: 8})


def test_another_file_of_the_same_name_is_noticed(tmp_path: Path) -> None:
    path, seal = written(tmp_path, b"one\ntwo\n"), tmp_path / "seal"
    messages(JsonLinesFile(path, seal=seal))
    path.write_bytes(b"other\nthree\n")
    with pytest.raises(InputInvalid, match="its first bytes differ"):
        JsonLinesFile(path, seal=seal).seek({0: 4})


def test_a_file_that_grew_is_still_the_same(tmp_path: Path) -> None:
    path, seal = written(tmp_path, b"one\n"), tmp_path / "seal"
    messages(JsonLinesFile(path, seal=seal))
    path.write_bytes(b"one\ntwo\n")
    source = JsonLinesFile(path, seal=seal)
    source.seek({0: 4})
    assert messages(source) == [b"two"]


def test_a_damaged_archive_is_one_clear_paragraph(tmp_path: Path) -> None:
    whole = gzip.compress(b"one\n" * 10_000)
    source = JsonLinesFile(written(tmp_path, whole[: len(whole) // 2], "a.jsonl.gz"))
    with pytest.raises(InputInvalid, match="cannot be read on"):
        messages(source)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match=r"none\.jsonl cannot be opened"):
        JsonLinesFile(tmp_path / "none.jsonl")


def test_a_folder_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="not a file that can be read twice"):
        JsonLinesFile(tmp_path)


def test_a_parquet_file_is_not_taken_for_text(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="a Parquet file"):
        JsonLinesFile(written(tmp_path, b"PAR1\0\0"))


def test_a_compressed_file_cannot_be_followed(tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match="compressed"):
        JsonLinesFile(written(tmp_path, gzip.compress(b"one\n")), follow=True)


def test_a_position_of_several_partitions_is_not_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="one partition"):
        JsonLinesFile(written(tmp_path, b"one\n")).seek({0: 0, 1: 0})
