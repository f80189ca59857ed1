"""What is known of a transaction, and from when on."""

from __future__ import annotations

import numpy as np
import pytest
from tests.oracle.happening import Happening, batch_of
from tests.oracle.presets import preset_of
from tests.oracle.running import plain

from fraudstream.events import Kind
from fraudstream.training.labels import Labels, labels_of, own_labels

NOON = 1_700_000_000_000
PRESET = preset_of([])


def said(*labels: tuple[int, int, int]) -> Labels:
    """Labels (id, fraud, minutes after noon)."""
    events = [
        Happening(NOON, number, Kind.LABEL, NOON + minutes * 60_000, fraud=fraud)
        for number, fraud, minutes in labels
    ]
    return labels_of(batch_of(PRESET, events, plain))


def ids(*numbers: int) -> np.ndarray:
    return batch_of(PRESET, [Happening(NOON, number) for number in numbers], plain).ids


def known(labels: Labels, minutes: int) -> dict[int, int]:
    rows, frauds = labels.until(NOON + minutes * 60_000)
    return dict(zip(rows.tolist(), frauds.tolist(), strict=True))


def test_labels_find_their_transactions_wherever_they_stand() -> None:
    labels = said((30, 1, 0), (10, 0, 5)).located(ids(10, 20, 30))
    assert known(labels, 10) == {2: 1, 0: 0}


def test_a_label_counts_from_the_moment_it_arrived() -> None:
    labels = said((10, 1, 5)).located(ids(10))
    assert known(labels, 4) == {}
    assert known(labels, 5) == {0: 1}


def test_the_latest_of_contradicting_labels_wins() -> None:
    labels = said((10, 1, 5), (10, 0, 7), (10, 1, 9)).located(ids(10))
    assert [known(labels, minute)[0] for minute in (5, 7, 9)] == [1, 0, 1]


def test_labels_of_unknown_transactions_are_left_out() -> None:
    assert len(said((99, 1, 0)).located(ids(10))) == 0


def test_ids_that_share_half_their_hash_are_kept_apart() -> None:
    transactions = ids(10, 20)
    transactions[:, 0] = 5
    labels = said((20, 1, 0))
    labels.ids[:, 0] = 5
    assert known(labels.located(transactions), 0) == {1: 1}


def test_labels_of_several_batches_join_in_the_order_they_became_known() -> None:
    late, early = said((10, 1, 9)), said((10, 0, 3))
    assert known(Labels.empty().joined(late, early).located(ids(10)), 10) == {0: 1}


@pytest.mark.parametrize(("minutes", "expected"), [(59, {}), (60, {1: 1})])
def test_a_transactions_own_label_is_known_after_a_delay(
    minutes: int, expected: dict[int, int]
) -> None:
    events = [Happening(NOON, 1), Happening(NOON, 2, fraud=1)]
    batch = batch_of(PRESET, events, plain)
    batch.arrivals[:] = NOON
    assert known(own_labels(batch, 0, 3_600_000), minutes) == expected
