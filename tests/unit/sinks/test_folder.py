"""A folder of files, one for each share of each batch."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.unit.decisions.outcomes import NOON, PRESET, VERSIONS, Row, outcome_of

from fraudstream.decisions import Outcome, encode, form_of
from fraudstream.ports import Entry
from fraudstream.sinks.folder import FolderSink


def entry(batch: int) -> Entry:
    return Entry(batch, {0: batch}, {0: batch + 1}, NOON, VERSIONS.as_dict())


def sink(folder: Path, output: int) -> FolderSink[Outcome]:
    return FolderSink(folder, output, partial(encode, form=form_of(PRESET)))


def test_each_share_is_a_file_and_their_names_are_in_order(tmp_path: Path) -> None:
    for batch in (9, 10):
        for output in (1, 0):
            sink(tmp_path, output).write(entry(batch), outcome_of([Row(f"{batch}_{output}")], [0]))
    lines = [path.read_text() for path in sorted(tmp_path.iterdir())]
    order = ("9_0", "9_1", "10_0", "10_1")
    assert [name in line for name, line in zip(order, lines, strict=True)] == [True] * 4


def test_a_share_written_again_is_the_same_file(tmp_path: Path) -> None:
    for _ in range(2):
        sink(tmp_path, 0).write(entry(0), outcome_of([Row("tx")], [0]))
    assert [path.name for path in tmp_path.iterdir()] == ["000000000000-00.jsonl"]


def test_nothing_decided_leaves_no_file(tmp_path: Path) -> None:
    sink(tmp_path, 0).write(entry(0), outcome_of([], []))
    assert list(tmp_path.iterdir()) == []
