"""What a column probably is, by its name and a look at its values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fraudstream.schema.reference import COLUMN_NAMES, CURRENCY_DIGITS, country_code
from fraudstream.schema.samples import Column

__all__ = ["Roles", "currency_in", "roles_of"]

_LABELS = ({"0", "1"}, {"false", "true"}, {"n", "y"}, {"no", "yes"}, {"genuine", "fraud"})
_FRAUD = {"1", "true", "y", "yes", "fraud"}
_KINDS = {"transaction", "label", "reversal", "profile"}
_FEW = 20
_TELLTALE = ("fraud", "label", "scenario", "target", "score", "chargeback", "outcome", "decision")


@dataclass(frozen=True, slots=True)
class Roles:
    """Columns with a part to play, by our name for it; enumerations; what is left."""

    known: Mapping[str, Column]
    enums: Sequence[Column]
    left: Sequence[Column]
    fraud: Sequence[str] = ("1",)


def roles_of(columns: Sequence[Column]) -> Roles:
    """Give each part to the first column by preference of names whose values allow it."""
    known: dict[str, Column] = {}
    for role, names in COLUMN_NAMES.items():
        free = [column for column in columns if column not in known.values()]
        found = next((c for c in _by_name(free, names) if _FITS.get(role, _anything)(c)), None)
        if found:
            known[role] = found
    for role, looks_like in _BY_VALUES.items():
        alike = [c for c in columns if c not in known.values() and looks_like(c)]
        if role not in known and len(alike) == 1:
            known[role] = alike[0]
    rest = [column for column in columns if column not in known.values()]
    enums = [column for column in rest if _is_enum(column)]
    label = known.get("is_fraud")
    fraud = [text for text in label.distinct if text.lower() in _FRAUD] if label else []
    return Roles(known, enums, [c for c in rest if c not in enums], fraud or ["1"])


def _by_name(columns: Sequence[Column], names: Iterable[str]) -> list[Column]:
    return [column for name in names for column in columns if _plain_name(column) == name]


def _plain_name(column: Column) -> str:
    """Without the currency that it may end with."""
    return column.name.removesuffix(f"_{(currency_in(column) or '').lower()}")


def currency_in(column: Column) -> str | None:
    """The currency that a column's name ends with.

    >>> currency_in(Column("amount_eur", "amount_eur", ()))
    'EUR'
    """
    code = column.name.rpartition("_")[2].upper()
    return code if "_" in column.name and code in CURRENCY_DIGITS else None


def _anything(column: Column) -> bool:
    return True


def _is_time(column: Column) -> bool:
    return column.time_format is not None and not column.numbers


def _has_cents(column: Column) -> bool:
    return column.decimals in (1, 2)


def _is_amount(column: Column) -> bool:
    return bool(column.numbers)


def _is_label(column: Column) -> bool:
    return bool(column.values) and any(
        {text.lower() for text in column.distinct} <= pair for pair in _LABELS
    )


def _is_currency(column: Column) -> bool:
    return all(text in CURRENCY_DIGITS for text in column.distinct)


def _is_country(column: Column) -> bool:
    return bool(column.values) and all(country_code(text) for text in column.distinct)


def _is_degrees(column: Column) -> bool:
    return bool(column.numbers) and all(abs(number) <= 180 for number in column.numbers)


def _is_kind(column: Column) -> bool:
    return bool(column.values) and set(column.distinct) <= _KINDS


def _is_id(column: Column) -> bool:
    """Labels and reversals repeat the id of their transaction."""
    return column.is_unique or column.name == "transaction_id"


_FITS = {
    "kind": _is_kind,
    "transaction_id": _is_id,
    "amount": _is_amount,
    "is_fraud": _is_label,
    "currency": _is_currency,
    "country": _is_country,
    "lat": _is_degrees,
    "lon": _is_degrees,
}

_BY_VALUES = {"event_time": _is_time, "amount": _has_cents}
"""What a column without a known name is taken for, if it is the only one of the kind."""


def _is_enum(column: Column) -> bool:
    """A few texts that come again and again, and nothing that may give the answer away."""
    if any(word in column.name for word in _TELLTALE) or column.numbers:
        return False
    many = len(column.values) >= 3 * len(column.distinct)
    return many and 2 <= len(column.distinct) <= _FEW and column.time_format is None
