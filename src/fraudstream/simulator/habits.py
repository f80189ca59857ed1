"""When customers act: hours and weekdays by lifestyle, and the cycle of the salary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from fraudstream.simulator.seeding import Ints

__all__ = ["LIFESTYLES", "Lifestyle", "day_factors", "hour_shares", "salary_factor"]

Floats = npt.NDArray[np.float64]

_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Lifestyle:
    """A way to spend the day: share of customers, weight of each local hour and weekday."""

    name: str
    share: float
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]


LIFESTYLES = (
    Lifestyle(
        "office",
        0.42,
        (0.2, 0.1, 0.05, 0.05, 0.1, 0.3, 1, 3, 4, 2, 2, 3, 7, 5, 2, 2, 3, 7, 9, 7, 5, 4, 2, 0.8),
        (0.95, 0.95, 1.0, 1.0, 1.15, 1.25, 0.7),
    ),
    Lifestyle(
        "student",
        0.16,
        (2, 1.5, 1, 0.5, 0.2, 0.1, 0.3, 1, 2, 3, 4, 4, 6, 5, 4, 4, 5, 6, 6, 6, 6, 6, 5, 3),
        (0.85, 0.85, 0.9, 1.0, 1.25, 1.3, 0.85),
    ),
    Lifestyle(
        "family",
        0.24,
        (0.1, 0.1, 0.05, 0.05, 0.1, 0.4, 1, 3, 5, 6, 6, 5, 4, 4, 5, 6, 7, 7, 5, 4, 4, 3, 1, 0.3),
        (0.95, 0.9, 0.95, 0.95, 1.1, 1.5, 0.65),
    ),
    Lifestyle(
        "retired",
        0.12,
        (0.1, 0.1, 0, 0, 0.1, 0.5, 1, 4, 7, 10, 11, 9, 5, 4, 5, 6, 5, 4, 2, 1, 1, 0.5, 0.2, 0.1),
        (1.1, 1.05, 1.1, 1.05, 1.1, 0.95, 0.65),
    ),
    Lifestyle(
        "night_worker",
        0.06,
        (5, 5, 4, 4, 4, 5, 5, 3, 1, 0.3, 0.2, 0.2, 0.5, 1, 2, 4, 5, 5, 5, 4, 4, 3, 4, 5),
        (1.0, 1.0, 1.0, 1.0, 1.05, 1.05, 0.9),
    ),
)

_HOURS = np.array([life.hours for life in LIFESTYLES])
_HOURS = _HOURS / _HOURS.sum(axis=1, keepdims=True)
_WEEKDAYS = np.array([life.weekdays for life in LIFESTYLES])
_WEEKDAYS = _WEEKDAYS / _WEEKDAYS.mean(axis=1, keepdims=True)
# By UTC offset (modulo 24) and lifestyle: the share of the day spent before each UTC hour.
_CLOCKS = np.stack([np.roll(_HOURS, -offset, axis=1) for offset in range(24)])
_BEFORE = np.concatenate([np.zeros((24, len(LIFESTYLES), 1)), np.cumsum(_CLOCKS, axis=2)], axis=2)


def hour_shares(lifestyle: Ints, utc_offset: Ints) -> Floats:
    """Return each customer's cumulative activity at UTC hours 0 to 24, from 0 to 1.

    >>> hour_shares(np.array([0]), np.array([1])).shape
    (1, 25)
    """
    return np.asarray(_BEFORE[utc_offset % 24, lifestyle])


def day_factors(lifestyle: Ints, salary_day: Ints, time: int) -> Floats:
    """Return how much more or less than usual each customer does on the day of ``time``."""
    day = datetime.fromtimestamp(time / 1000, UTC)
    return np.asarray(_WEEKDAYS[lifestyle, day.weekday()] * salary_factor(salary_day, day))


def salary_factor(salary_day: Ints, day: datetime) -> Floats:
    """Return the effect of the salary: half as much again when it comes, fading in a week.

    >>> salary_factor(np.array([25, 1]), datetime(2026, 3, 25, tzinfo=UTC)).round(2).tolist()
    [1.45, 0.92]
    """
    since = days_since_salary(salary_day, day)
    return np.asarray(0.92 + 0.53 * np.exp(-since / 3.0))


def days_since_salary(salary_day: Ints, day: datetime) -> Ints:
    """Return the days since the last salary day (0 on the day itself)."""
    last_month = (day.replace(day=1) - timedelta(days=1)).day
    return np.where(salary_day <= day.day, day.day - salary_day, day.day + last_month - salary_day)
