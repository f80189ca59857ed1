"""``currency``, its file of rates, and ``[policy]``: everything that is money."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from fraudstream.errors import Problem
from fraudstream.schema.document import Document, Table
from fraudstream.schema.nearest import did_you_mean
from fraudstream.schema.preset import Costs, Currency
from fraudstream.schema.reference import CURRENCY_DIGITS

__all__ = ["Resources", "minor_units", "read_costs", "read_currency"]

Resources = Mapping[str, str] | Callable[[str], str]
"""Texts of the files that a preset names: by name, or a function that reads one."""

_RATE = re.compile(r"\d{1,6}(\.\d{1,9})?")  # its fraction fits 64 bits in any currency
_HEADER = ["currency", "from", "rate"]
_DEAREST = 1_000_000
Steps = tuple[tuple[int, int, int], ...]


def minor_units(amount: Decimal, digits: int) -> int:
    """Whole minor units; ``ValueError`` if the amount has more decimals than the currency.

    >>> minor_units(Decimal("12.30"), 2)
    1230
    """
    scaled = amount.scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} has more than the {digits} decimals of its currency")
    return int(scaled)


def read_currency(root: Table, resources: Resources) -> Currency:
    """The base currency and the rates to it; euro unless declared."""
    if isinstance(root.raw("currency"), str):
        return Currency(_base(root, "currency"), CURRENCY_DIGITS)
    table = root.table("currency")
    base = _base(table, "base")
    rates = _read_rates(table, base, resources)
    table.close()
    return Currency(base, CURRENCY_DIGITS, rates)


def _base(table: Table, key: str) -> str:
    code = table.text(key, "EUR")
    if code not in CURRENCY_DIGITS:
        table.note(key, f'unknown currency "{code}"{_meant(code)}')
        return "EUR"
    return code


def _meant(code: str) -> str:
    return did_you_mean(code, CURRENCY_DIGITS) or "; write an ISO 4217 code such as EUR"


def _read_rates(table: Table, base: str, resources: Resources) -> dict[str, Steps]:
    name = table.text("rates")
    if not name:
        return {}
    try:
        text = resources[name] if isinstance(resources, Mapping) else resources(name)
    except (KeyError, OSError):
        table.note("rates", f'file "{name}" cannot be read; it is looked for beside the preset')
        return {}
    return _rates(text, name, base, table.document)


def _rates(text: str, file: str, base: str, document: Document) -> dict[str, Steps]:
    lines = text.splitlines()
    if not lines or [cell.strip() for cell in lines[0].split(",")] != _HEADER:
        document.problems.append(Problem("the first line must be currency,from,rate", file, 1, 1))
        return {}
    found: dict[str, list[tuple[int, int, int]]] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            code, step = _rate(line, base)
            _check_new(step, found.setdefault(code, []))
            found[code].append(step)
        except ValueError as wrong:
            document.problems.append(Problem(str(wrong), file, number, 1))
    return {code: tuple(sorted(steps)) for code, steps in found.items()}


def _rate(line: str, base: str) -> tuple[str, tuple[int, int, int]]:
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) != len(_HEADER):
        raise ValueError(f"{len(cells)} cells where currency,from,rate are three")
    code, day, rate = cells
    if code not in CURRENCY_DIGITS:
        raise ValueError(f'unknown currency "{code}"{_meant(code)}')
    if code == base:
        raise ValueError(f"{base} is the base currency; its rate is 1 and is not listed")
    if not _RATE.fullmatch(rate) or not Decimal(rate):
        raise ValueError(f'"{rate}" is not a rate; write what one {code} is worth in {base}')
    worth = Fraction(rate) * Fraction(10) ** (CURRENCY_DIGITS[base] - CURRENCY_DIGITS[code])
    return code, (_midnight(day), worth.numerator, worth.denominator)


def _midnight(day: str) -> int:
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise ValueError(f'"{day}" is not a date; write it as 2026-01-31') from None
    return int(datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()) * 1_000


def _check_new(step: tuple[int, int, int], before: list[tuple[int, int, int]]) -> None:
    if any(step[0] == other[0] for other in before):
        raise ValueError("a second rate for the same currency and day")


def read_costs(root: Table, digits: int) -> Costs:
    """What errors cost, in minor units of the base currency."""
    policy = root.table("policy")
    table = policy.table("costs")
    usual = Costs()
    costs = Costs(
        loss_given_fraud=float(table.number("loss_given_fraud", Decimal(1), (0, 10))),
        false_decline=_cost(table, "false_decline", digits, usual.false_decline),
        review=_cost(table, "review", digits, usual.review),
        reviews_per_day=table.whole("reviews_per_day", usual.reviews_per_day, (0, 10_000_000)),
    )
    table.close("cost")
    policy.close()
    return costs


def _cost(table: Table, key: str, digits: int, default: int) -> int:
    amount = table.number(key, Decimal(default).scaleb(-2), (0, _DEAREST))
    try:
        return minor_units(amount, digits)
    except ValueError as wrong:
        table.note(key, str(wrong))
        return default
