"""The protocol of the public card data: which weeks train, which test, who is left out.

*Reproducible Machine Learning for Credit Card Fraud Detection* (Le Borgne, Siblini, Lebichot and
Bontempi), chapters 4 and 5. A training week, seven days in which labels are not known, a test week;
from each test day every customer is removed whose fraud was known by then: one in the training week
or up to eight days before that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import CheckFailed, Problem
from fraudstream.evaluation.cases import DAY

__all__ = [
    "EXPECTED",
    "PUBLISHED",
    "TEST_WEEKS",
    "Published",
    "Split",
    "check_counts",
    "split",
]

HISTORY_WEEKS = 8
"""Weeks that the model is trained on; the last one is the protocol's training week."""


def _day(month: int, day: int) -> int:
    return int(datetime(2018, month, day, tzinfo=UTC).timestamp()) * 1000 // DAY


TEST_WEEKS = (_day(7, 25), _day(8, 1), _day(8, 8), _day(8, 15))
"""First days (since 1970) of the four training weeks; the first one is the single split."""


@dataclass(frozen=True, slots=True)
class Split:
    """Rows of one training week and its test week; ``history`` is the week with those before it."""

    start: int
    history: NDArray[np.intp]
    train: NDArray[np.intp]
    test: NDArray[np.intp]

    @property
    def tested(self) -> str:
        """The first day of the test week, as a date."""
        return datetime.fromtimestamp((self.start + 14) * DAY / 1000, UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class Published:
    """What the authors report for one model: AUC, AP, CP@100, for one week and for four."""

    model: str
    one_week: tuple[float, float, float]
    four_weeks: tuple[float, float, float] | None


PUBLISHED = (
    Published("logistic regression", (0.871, 0.606, 0.291), (0.868, 0.623, 0.297)),
    Published("decision tree, depth 2", (0.763, 0.496, 0.241), None),
    Published("random forest", (0.867, 0.658, 0.287), (0.870, 0.678, 0.299)),
    Published("XGBoost", (0.862, 0.639, 0.273), (0.869, 0.687, 0.303)),
    Published("neural network", (0.864, 0.653, 0.286), (0.876, 0.675, 0.303)),
    Published("LSTM", (0.857, 0.658, 0.279), (0.876, 0.665, 0.297)),
)

EXPECTED = {
    "train_transactions": 67_240,
    "train_frauds": 598,
    "test_transactions": 58_264,
    "test_frauds": 385,
}
"""Of the single split; an implementation that finds others is wrong."""


def split(
    days: NDArray[np.int64],
    frauds: NDArray[np.bool_],
    customers: NDArray[np.int64],
    start: int,
) -> Split:
    """The rows of the training week that begins on day ``start``, and of its test week.

    ``customers`` are numbers from 0. Rows keep their order.
    """
    first = _first_fraud_since(start, days, frauds, customers)
    defrauded = first[customers] <= days - 8
    tested = (days >= start + 14) & (days < start + 21)
    before = days < start + 7
    return Split(
        start,
        history=np.flatnonzero(before & (days >= start + 7 - 7 * HISTORY_WEEKS)),
        train=np.flatnonzero(before & (days >= start)),
        test=np.flatnonzero(tested & ~defrauded),
    )


def check_counts(one: Split, frauds: NDArray[np.bool_]) -> dict[str, int]:
    """Count the single split; raises :class:`CheckFailed` unless it is the published one."""
    counted = {
        "train_transactions": len(one.train),
        "train_frauds": int(frauds[one.train].sum()),
        "test_transactions": len(one.test),
        "test_frauds": int(frauds[one.test].sum()),
    }
    wrong = [
        Problem(f"{name}: {counted[name]:,}, expected {expected:,}")
        for name, expected in EXPECTED.items()
        if counted[name] != expected
    ]
    if wrong:
        raise CheckFailed(
            "the split of the public card data is not the published one",
            wrong,
            "The file must be simulated-data-raw, whole; docs/reports.md says where it comes from.",
        )
    return counted


def _first_fraud_since(
    start: int,
    days: NDArray[np.int64],
    frauds: NDArray[np.bool_],
    customers: NDArray[np.int64],
) -> NDArray[np.int64]:
    """For each customer the day of the first fraud from ``start`` on; far away if there is none."""
    first = np.full(customers.max(initial=-1) + 1, np.iinfo(np.int64).max)
    rows = np.flatnonzero(frauds & (days >= start))
    np.minimum.at(first, customers[rows], days[rows])
    return first
