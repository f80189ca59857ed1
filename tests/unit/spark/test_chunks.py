"""State in chunks: what changed is written, nothing else, and it comes back as it was."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.spark.blocks import Arrays
from fraudstream.spark.chunks import CHUNK_BYTES, TOGETHER, Contents, chunks_of, joined_chunks

WORDS = CHUNK_BYTES // 8


def kept(arrays: Arrays) -> dict[tuple[str, int], bytes]:
    return dict(chunks_of(arrays, Contents.of(arrays).changed(None)))


def changed(before: Arrays, now: Arrays) -> list[tuple[str, int]]:
    return list(Contents.of(now).changed(Contents.of(before)))


def test_arrays_come_back_as_they_were() -> None:
    arrays: Arrays = {
        "words": np.arange(3 * WORDS + 5),
        "bytes": np.arange(11, dtype=np.uint8),
        "none": np.empty((0, 4), np.int16),
        "table": np.ones((WORDS, 3)),
    }
    again = joined_chunks(Contents.of(arrays).encoded(), kept(arrays))
    assert list(again) == list(arrays)
    for name, array in arrays.items():
        assert np.array_equal(again[name], array) and again[name].flags.writeable


@given(st.integers(0, 4 * WORDS - 1), st.integers(0, 63))
def test_any_changed_bit_is_noticed_in_its_chunk(place: int, bit: int) -> None:
    before = {"words": np.arange(4 * WORDS)}
    now = {"words": before["words"].copy()}
    now["words"][place] ^= np.int64(1) << np.int64(bit)
    assert changed(before, now) == [("words", place // WORDS)]
    assert Contents.of(before).stamp != Contents.of(now).stamp


def test_what_grows_writes_only_what_is_new() -> None:
    before = {"words": np.zeros(2 * WORDS, np.int64)}
    assert changed(before, {"words": np.zeros(4 * WORDS, np.int64)}) == [("words", 2), ("words", 3)]


def test_the_last_odd_bytes_count() -> None:
    before = {"bytes": np.zeros(CHUNK_BYTES + 3, np.uint8)}
    now = {"bytes": before["bytes"].copy()}
    now["bytes"][-1] = 1
    assert changed(before, now) == [("bytes", 1)]


def test_chunks_that_are_gone_are_named() -> None:
    before, now = {"a": np.zeros(2 * WORDS), "b": np.zeros(WORDS)}, {"a": np.zeros(WORDS)}
    assert list(Contents.of(now).gone(Contents.of(before))) == [("a", 1), ("b", 0)]


def test_small_arrays_are_written_together() -> None:
    before: Arrays = {f"a{number}": np.full(3, number) for number in range(100)}
    assert list(kept(before)) == [(TOGETHER, 0)]
    assert changed(before, before | {"a7": np.zeros(3, np.int64)}) == [(TOGETHER, 0)]


@given(st.lists(st.integers(0, 2 * WORDS), max_size=6))
def test_arrays_of_any_sizes_come_back(sizes: list[int]) -> None:
    arrays: Arrays = {f"a{k}": np.arange(k, k + size) for k, size in enumerate(sizes)}
    again = joined_chunks(Contents.of(arrays).encoded(), kept(arrays))
    assert all(np.array_equal(again[name], array) for name, array in arrays.items())
    assert list(again) == list(arrays)


def test_arrays_that_swap_places_are_another_state() -> None:
    words = np.arange(WORDS)
    assert changed({"words": words}, {"words": words[::-1]}) == [("words", 0)]
