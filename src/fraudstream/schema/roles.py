"""What a column probably is, by its name and a look at its values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fraudstream.schema.reference import COLUMN_NAMES, CURRENCY_DIGITS, country_code
from fraudstream.schema.samples import Column

__all__ = ["Roles", "roles_of"]

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
    rest = [column for column in columns if column not in known.values()]
    enums = [column for column in rest if _is_enum(column)]
    label = known.get("is_fraud")
    fraud = [text for text in label.distinct if text.lower() in _FRAUD] if label else []
    return Roles(known, enums, [c for c in rest if c not in enums], fraud or ["1"])


def _by_name(columns: Sequence[Column], names: Iterable[str]) -> list[Column]:
    return [column for name in names for column in columns if column.name == name]


def _anything(column: Column) -> bool:
    return True


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


def _is_enum(column: Column) -> bool:
    """A few texts that come again and again, and nothing that may give the answer away."""
    if any(word in column.name for word in _TELLTALE) or column.numbers:
        return False
    many = len(column.values) >= 3 * len(column.distinct)
    return many and 2 <= len(column.distinct) <= _FEW and column.time_format is None
