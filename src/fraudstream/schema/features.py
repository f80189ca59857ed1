"""What a preset says of its features: aggregates over an entity's history, inputs of the event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Aggregate", "Function", "Input", "InputFunction"]


class Function(StrEnum):
    """What an aggregate computes over the transactions in its window (docs/features.md)."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    STD = "std"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"
    FIRST_SEEN = "first_seen"
    SECONDS_SINCE_LAST = "seconds_since_last"
    SECONDS_SINCE_FIRST = "seconds_since_first"
    RATIO = "ratio"
    ZSCORE = "zscore"
    KM_FROM_LAST = "km_from_last"
    KMH_FROM_LAST = "kmh_from_last"
    FRAUD_COUNT = "fraud_count"
    FRAUD_RATE = "fraud_rate"
    SECONDS_SINCE_LAST_FRAUD = "seconds_since_last_fraud"
    SECONDS_SINCE_FIRST_FRAUD = "seconds_since_first_fraud"


class InputFunction(StrEnum):
    """What a model sees of the event itself."""

    NUMBER = "number"
    """A numeric field in major units (``amount`` is the amount in base currency)."""
    CODE = "code"
    """The position of an enumerated field's value in its declared list."""
    HOUR = "hour"
    """Hour of day with its fraction, 0 <= h < 24, in the calendar zone."""
    WEEKDAY = "weekday"
    """0 Monday to 6 Sunday, in the calendar zone."""
    WEEKEND = "weekend"
    """1 on Saturday and Sunday."""
    NIGHT = "night"
    """1 from midnight to 6:59 (hour <= 6), in the calendar zone."""
    AGE_DAYS = "age_days"
    """Days since a time in the profile of an entity, such as an account's sign-up."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One feature over the history of one entity.

    ``window`` and ``delay`` are ms: the transactions with event time in
    (t - delay - window, t - delay] count. ``field`` is the argument, ``filter`` the name of a
    filter of the preset, both where given.
    """

    name: str
    entity: str
    function: Function
    window: int
    field: str | None = None
    filter: str | None = None
    delay: int = 0


@dataclass(frozen=True, slots=True)
class Input:
    """One feature of the event itself; ``entity`` only for ``age_days``."""

    name: str
    function: InputFunction
    field: str | None = None
    entity: str | None = None
