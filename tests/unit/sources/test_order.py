from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.errors import InputInvalid
from fraudstream.events import MISSING, Lines, Records
from fraudstream.sources.jsonlines import JsonLinesFile
from fraudstream.sources.memory import Memory
from fraudstream.sources.order import Lateness, Sorted, look, require_order

times = st.lists(st.integers(0, 1000) | st.just(MISSING), max_size=40)


@given(times, st.integers(0, 500), st.integers(1, 10))
def test_lateness_is_counted_against_the_newest_time_so_far(
    stream: list[int], lateness: int, part: int
) -> None:
    newest, late = MISSING, []
    for number, time in enumerate(stream, start=1):
        newest = max(newest, time)
        if time != MISSING and newest - time > lateness:
            late.append(number)
    cut = [np.array(stream[i : i + part], np.int64) for i in range(0, len(stream), part)]
    assert look(cut, lateness) == Lateness(len(stream), len(late), late[0] if late else 0)


def test_a_file_out_of_order_is_refused_with_share_line_and_remedy() -> None:
    with pytest.raises(InputInvalid) as caught:
        require_order("tx.csv", Lateness(events=1000, too_late=250, first=17))
    for told in ("tx.csv", "25.0%", "line 17", "--arrival event_time"):
        assert told in str(caught.value)


def test_one_percent_too_late_is_tolerated() -> None:
    require_order("tx.csv", Lateness(events=1000, too_late=10, first=3))


def times_of(records: Records) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    assert isinstance(records.payload, Lines)
    raws = [records.payload.raw(row) for row in range(len(records))]
    return np.array([int(raw.split()[0]) if raw[:1] != b"?" else MISSING for raw in raws], np.int64)


def test_sorting_keeps_equal_times_in_order_and_undated_ones_where_they_were() -> None:
    source = Sorted(Memory([b"2 a", b"1 b", b"? c", b"2 d", b"1 e"]), times_of)
    records = source.poll(10)
    assert records is not None
    assert isinstance(records.payload, Lines)
    found = [records.payload.raw(row) for row in range(len(records))]
    assert found == [b"1 b", b"? c", b"1 e", b"2 a", b"2 d"]
    assert records.offsets.tolist() == [0, 1, 2, 3, 4]


def test_another_file_is_noticed_though_it_is_sorted(tmp_path: Path) -> None:
    path, seal = tmp_path / "a.jsonl", tmp_path / "seal"
    path.write_bytes(b"2 a\n1 b\n")
    Sorted(JsonLinesFile(path, seal=seal), times_of).poll(10)
    path.write_bytes(b"2 a\n1 c\n")
    with pytest.raises(InputInvalid, match="its first bytes differ"):
        Sorted(JsonLinesFile(path, seal=seal), times_of).seek({0: 1})


def test_nothing_but_undated_records_stays_as_it_is() -> None:
    records = Sorted(Memory([b"? b", b"? a"]), times_of).poll(10)
    assert records is not None
    assert isinstance(records.payload, Lines)
    assert records.payload.raw(0) == b"? b"
