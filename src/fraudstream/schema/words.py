"""The words that features are told in: names as people say them, figures as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fraudstream.schema.durations import DAY, HOUR, MINUTE, SECOND
from fraudstream.schema.features import Aggregate
from fraudstream.schema.preset import FieldType, Preset

__all__ = ["Words", "duration_words", "figure", "plural", "said", "span_words", "words_of"]

_SAID = {"ip": "IP address", "card_bin": "card BIN", "lat": "latitude", "lon": "longitude"}
_UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))


@dataclass(frozen=True, slots=True)
class Words:
    """What a preset adds to the words: joint keys in full, values of enums, decimals of money."""

    entities: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    money: frozenset[str] = frozenset({"amount"})
    digits: int = 2

    def entity(self, name: str) -> str:
        """An entity as it follows "this": account, or account with this merchant."""
        return self.entities.get(name, said(name))

    def amount(self, name: str, value: float) -> str:
        """A value of a numeric field."""
        return f"{value:,.{self.digits}f}" if name in self.money else figure(value)


def words_of(preset: Preset) -> Words:
    """The words of one preset."""
    return Words(
        entities={
            name: " with this ".join(said(each) for each in fields)
            for name, fields in preset.entities
            if len(fields) > 1
        },
        values={f.name: f.values for f in preset.fields if f.type is FieldType.ENUM},
        digits=preset.currency.digits[preset.currency.base],
    )


def said(name: str) -> str:
    """A name of ours as people say it.

    >>> said("merchant_id"), said("payment_method"), said("ip")
    ('merchant', 'payment method', 'IP address')
    """
    return _SAID.get(name) or name.removesuffix("_id").replace("_", " ")


def plural(noun: str) -> str:
    """More than one of it.

    >>> plural("account"), plural("country"), plural("address")
    ('accounts', 'countries', 'addresses')
    """
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def figure(value: float) -> str:
    """A finite number with as many decimals as say something.

    >>> figure(6.0), figure(1234.5678), figure(0.034)
    ('6', '1,234.6', '0.034')
    """
    if value == int(value):
        return f"{int(value):,}"
    decimals = 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".")


def duration_words(ms: float) -> str:
    """A length of time in its largest fitting unit.

    >>> duration_words(3_600_000), duration_words(7 * 86_400_000), duration_words(5_400_000)
    ('1 hour', '7 days', '90 minutes')
    """
    size, unit = next(
        ((s, u) for s, u in _UNITS if ms >= 2 * s or (ms == s and s != DAY)), _UNITS[-1]
    )
    count = round(ms / size, 1) if ms < 10 * size and ms % size else round(ms / size)
    return f"{count:g} {unit}" if count == 1 else f"{count:,g} {unit}s"


def span_words(feature: Aggregate) -> str:
    """The window in words; the event itself is never in it.

    >>> from fraudstream.schema.features import Function
    >>> span_words(Aggregate("n", "account", Function.COUNT, 3_600_000))
    'in the hour before'
    """
    length = duration_words(feature.window).removeprefix("1 ")
    if not feature.delay:
        return f"in the {length} before"
    return f"in the {length} that ended {duration_words(feature.delay)} before"
