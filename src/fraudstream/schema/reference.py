"""Facts about the world: currencies with their decimals, countries with their English names.

Read once from the files of this package, when the module is first imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

__all__ = ["COLUMN_NAMES", "COUNTRY_CODES", "CURRENCY_DIGITS", "country_code"]


def _lines(name: str) -> list[str]:
    text = (files("fraudstream.schema") / "data" / name).read_text(encoding="utf-8")
    return text.splitlines()[1:]


def _currency_digits() -> dict[str, int]:
    rows = (line.split(",") for line in _lines("currencies.csv"))
    return {code: int(digits) for code, digits in rows}


def _country_codes() -> dict[str, str]:
    rows = [line.split("\t") for line in _lines("countries.tsv")]
    by_name = {name.casefold(): code for code, names in rows for name in names.split("; ")}
    return by_name | {code.casefold(): code for code, _ in rows}


def _column_names() -> dict[str, tuple[str, ...]]:
    rows = (line.split("\t") for line in _lines("roles.tsv"))
    return {role: tuple(names.split(" ")) for role, names in rows}


CURRENCY_DIGITS: Mapping[str, int] = MappingProxyType(_currency_digits())
"""ISO 4217: decimals of each currency in use."""

COUNTRY_CODES: Mapping[str, str] = MappingProxyType(_country_codes())
"""Casefolded English name or ISO 3166 alpha-2 code to the code in capitals."""

COLUMN_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(_column_names())
"""Our fields and what others call them, the likeliest name first; for guessing."""


def country_code(written: str) -> str | None:
    """The alpha-2 code of a country written as code or English name.

    >>> country_code("Germany"), country_code("de"), country_code("Atlantis")
    ('DE', 'DE', None)
    """
    return COUNTRY_CODES.get(written.strip().casefold())
