"""How soon attacks are noticed, against walking through each of them."""

from __future__ import annotations

import math
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from tests.unit.evaluation.drawn import cases

from fraudstream.evaluation import Cases
from fraudstream.evaluation.cases import numbered
from fraudstream.evaluation.detection import detection, first_fraud_recall


def _attacks(some: Cases) -> list[list[int]]:
    """Rows of the frauds of each account, in order of time."""
    groups: dict[int, list[int]] = {}
    for row in sorted(np.flatnonzero(some.frauds), key=lambda row: (some.times[row], row)):
        groups.setdefault(int(some.accounts[row]), []).append(int(row))
    return list(groups.values())


@given(cases())
def test_the_first_fraud_of_an_account_is_caught_or_not(some: Cases) -> None:
    firsts = [bool(some.alerted[rows[0]]) for rows in _attacks(some)]
    expected = sum(firsts) / len(firsts) if firsts else math.nan
    found = first_fraud_recall(some.frauds, some.alerted, some.accounts, some.times)
    assert found == pytest.approx(expected, nan_ok=True)


@given(cases())
def test_detection_counts_transactions_and_seconds_to_the_first_alert(some: Cases) -> None:
    places, seconds = [], []
    for rows in _attacks(some):
        hits = [k for k, row in enumerate(rows) if some.alerted[row]]
        if hits:
            places.append(hits[0] + 1)
            seconds.append((some.times[rows[hits[0]]] - some.times[rows[0]]) / 1000)
    its = some.take(some.frauds)
    found = detection(its.accounts, its.times, its.alerted)
    assert (found.groups, found.detected) == (len(_attacks(some)), len(places))
    assert found.transactions == pytest.approx(median(places) if places else math.nan, nan_ok=True)
    assert found.seconds == pytest.approx(median(seconds) if seconds else math.nan, nan_ok=True)


@given(cases())
def test_rows_are_numbered_as_they_appear_and_alike_where_all_columns_agree(some: Cases) -> None:
    seen: dict[tuple[int, int, bool], int] = {}
    rows = zip(some.accounts.tolist(), some.days.tolist(), some.frauds.tolist(), strict=True)
    expected = [seen.setdefault(row, len(seen)) for row in rows]
    assert numbered(some.accounts, some.days, some.frauds).tolist() == expected
