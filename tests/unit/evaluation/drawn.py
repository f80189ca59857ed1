"""Random cases for the tests, and a way to write them down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from fraudstream.evaluation import NO_ATTACK, Cases

DAY = 86_400_000

Row = tuple[float, bool, int, int, int, int]
"""Score, fraud, action, amount, time, account."""


def cases_of(
    rows: Sequence[Row], attacks: Sequence[int] = (), names: tuple[str, ...] = ()
) -> Cases:
    """Cases written row by row; each account is a campaign of its own."""
    scores, frauds, actions, amounts, times, accounts = (
        zip(*rows, strict=True) if rows else [()] * 6
    )
    codes = attacks or [NO_ATTACK] * len(rows)
    return Cases(
        scores=np.array(scores, np.float64),
        frauds=np.array(frauds, np.bool_),
        actions=np.array(actions, np.uint8),
        amounts=np.array(amounts, np.int64),
        times=np.array(times, np.int64),
        accounts=np.array(accounts, np.int64),
        attacks=np.array(codes, np.int64),
        campaigns=np.array(accounts, np.int64),
        names=names,
    )


SCORES = st.integers(0, 8).map(lambda eighths: eighths / 8)
"""Few different ones, so that ties are common."""

ROWS = st.tuples(
    SCORES,
    st.booleans(),
    st.integers(0, 2),
    st.integers(0, 5_000),
    st.integers(0, 20 * 4).map(lambda quarters: quarters * DAY // 4),
    st.integers(0, 6),
)


def cases(min_size: int = 1) -> st.SearchStrategy[Cases]:
    """Up to forty rows of seven accounts over twenty days."""
    return st.lists(ROWS, min_size=min_size, max_size=40).map(cases_of)
