"""A preset: everything in which one bank differs from the next, checked and frozen.

These are the results of reading; :mod:`fraudstream.schema.reading` makes them from TOML text.
Units inside: ms for durations, minor units for money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from fraudstream.schema.features import Aggregate, Input
from fraudstream.schema.filters import Filter

__all__ = [
    "Costs",
    "Currency",
    "Field",
    "FieldType",
    "InputSpec",
    "LabelSpec",
    "Preset",
]


class FieldType(StrEnum):
    """How a field's value is read; the codec has one reader for each."""

    TEXT = "text"
    """Any text (or an integer's digits); empty is ``id_empty``, over 256 bytes ``id_too_long``."""
    ENUM = "enum"
    """One of the declared ``values``; another one is absent to the features, its text is kept."""
    MONEY = "money"
    """Decimal digits to minor units of the event's currency; never through a float."""
    NUMBER = "number"
    """Decimal digits to an integer scaled by 10**decimals, rounded half to even."""
    TIME = "time"
    """A time to UTC ms, in the declared ``format`` and ``zone``."""
    BOOLEAN = "boolean"
    """true/false, 1/0, or the label's own values."""
    COUNTRY = "country"
    """An ISO alpha-2 code, or an English country name that becomes one."""
    KIND = "kind"
    """transaction, label, reversal or profile."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the message: our name, where it stands in theirs, and how it is read."""

    name: str
    path: tuple[str, ...]
    type: FieldType
    required: bool = False
    values: tuple[str, ...] = ()
    decimals: int = 0
    format: str = "iso8601"
    """iso8601 | unix | unix_ms | unix_us | a strptime pattern of %Y %m %d %H %M %S %f %z."""
    zone: str = "UTC"
    hash: bool = False
    """Replaced by its keyed hash (32 hex digits) before it is stored or shown."""
    currency: str | None = None
    """For money: our name of the field that holds the currency code; None = base currency."""
    round: Literal["reject", "half_even"] = "reject"
    """For money with more decimals than its currency has."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How messages arrive."""

    format: Literal["json", "csv", "parquet"] = "json"
    kind: str | None = None
    """Our name of the field that tells the kind of event; None = all are transactions."""
    arrival: str = "log"
    """log | event_time | our name of a time field."""
    lateness: int = 3_600_000
    max_future: int = 300_000
    dedupe: int = 86_400_000
    max_bytes: int = 65_536
    """A longer message is rejected ``too_large``."""
    columns: tuple[str, ...] = ()
    """Fields that are kept and stored but that nothing else declares."""


@dataclass(frozen=True, slots=True)
class Currency:
    """Base currency and the dated rates to it.

    ``digits`` maps each known code to its number of decimals. ``rates`` maps a code to
    ``((from_ms, numerator, denominator), ...)`` ascending: one minor unit of the code is worth
    numerator/denominator minor units of the base from that time on.
    """

    base: str
    digits: Mapping[str, int]
    rates: Mapping[str, tuple[tuple[int, int, int], ...]] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(
            (self.base, tuple(sorted(self.digits.items())), tuple(sorted(self.rates.items())))
        )


@dataclass(frozen=True, slots=True)
class LabelSpec:
    """Where labels come from when a transaction carries its own.

    ``field`` is our name of the label column; ``known_after`` ms after its arrival the label
    counts. ``fraud`` are the texts that mean fraud.
    """

    known_after: int = 7 * 86_400_000
    field: str | None = None
    fraud: tuple[str, ...] = ("1", "true")


@dataclass(frozen=True, slots=True)
class Costs:
    """What the policy minimises; money in base currency, minor units."""

    loss_given_fraud: float = 1.0
    false_decline: int = 800
    review: int = 300
    reviews_per_day: int = 200


@dataclass(frozen=True, slots=True)
class Preset:
    """One bank's declaration, complete and consistent.

    ``entities`` maps an entity to the fields that make its key, in order; ``inputs`` come before
    ``features`` in every feature vector. ``horizon`` is the longest window plus its delay, ms.
    """

    name: str
    input: InputSpec
    currency: Currency
    fields: tuple[Field, ...]
    entities: tuple[tuple[str, tuple[str, ...]], ...]
    filters: tuple[tuple[str, Filter], ...]
    inputs: tuple[Input, ...]
    features: tuple[Aggregate, ...]
    labels: LabelSpec
    costs: Costs
    calendar_zone: str = "UTC"

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the feature vector's columns, in order."""
        return (*(f.name for f in self.inputs), *(f.name for f in self.features))

    @property
    def horizon(self) -> int:
        """How far back the longest window reaches, ms; 0 without aggregates."""
        return max((f.window + f.delay for f in self.features), default=0)

    def field_named(self, name: str) -> Field | None:
        """The field with our name, if the preset has it."""
        return next((f for f in self.fields if f.name == name), None)
