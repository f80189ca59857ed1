"""The order in which a batch acts: by time, then kind, each partition's own order kept."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.events import Kind, log_order

RANK = {Kind.PROFILE: 0, Kind.TRANSACTION: 1, Kind.REVERSAL: 2, Kind.LABEL: 3}
Row = tuple[int, Kind, int, int]
"""Timestamp, kind, partition, offset."""


def ordered(rows: list[Row]) -> list[Row]:
    stamps = np.array([row[0] for row in rows], np.int64)
    kinds = np.array([row[1] for row in rows], np.uint8)
    partitions = np.array([row[2] for row in rows], np.int32)
    order = log_order(stamps, kinds, partitions)
    return rows if order is None else [rows[k] for k in order.tolist()]


def by_the_book(rows: list[Row]) -> list[Row]:
    keyed = []
    for row in rows:
        before = [r for r in rows if r[2] == row[2] and r[3] <= row[3]]
        keyed.append((max((r[0], RANK[r[1]]) for r in before), row[2], row[3], row))
    return [row for *_, row in sorted(keyed, key=lambda each: each[:3])]


@st.composite
def batches(draw: st.DrawFn) -> list[Row]:
    lengths = draw(st.lists(st.integers(0, 6), min_size=1, max_size=4))
    return [
        (draw(st.integers(-1, 4)), draw(st.sampled_from(Kind)), partition, offset)
        for partition, length in enumerate(lengths)
        for offset in range(length)
    ]


def interleaved(rows: list[Row], seed: int) -> list[Row]:
    """The same records, each partition's in order, in another mixture."""
    dice = random.Random(seed)
    queues: dict[int, list[Row]] = {}
    for row in rows:
        queues.setdefault(row[2], []).append(row)
    mixed = []
    while waiting := [queue for queue in queues.values() if queue]:
        mixed.append(dice.choice(waiting).pop(0))
    return mixed


@given(batches(), st.integers(0, 99))
def test_the_order_is_that_of_the_definition_however_the_partitions_come_in(
    rows: list[Row], seed: int
) -> None:
    assert ordered(interleaved(rows, seed)) == by_the_book(rows)


@given(batches())
def test_each_partition_keeps_its_own_order(rows: list[Row]) -> None:
    found = ordered(rows)
    for partition in {row[2] for row in rows}:
        offsets = [row[3] for row in found if row[2] == partition]
        assert offsets == sorted(offsets)


def test_at_one_time_profiles_come_first_and_labels_last() -> None:
    rows = [
        (5, kind, partition, 0)
        for partition, kind in enumerate(
            [Kind.LABEL, Kind.REVERSAL, Kind.TRANSACTION, Kind.PROFILE]
        )
    ]
    assert [row[1] for row in ordered(rows)] == [
        Kind.PROFILE,
        Kind.TRANSACTION,
        Kind.REVERSAL,
        Kind.LABEL,
    ]


def test_a_single_partition_is_the_log_itself() -> None:
    rows = [(9, Kind.LABEL, 3, 0), (1, Kind.PROFILE, 3, 1)]
    assert ordered(rows) == rows
