"""Filters: boolean expressions over the fields of one event, as a small tree.

A filter sees what the message says and nothing else, never a score or a decision. Comparisons with
an absent field are false, and so is their negation by ``NOT`` only through ``IS NULL`` (two-valued
logic: ``NOT (amount > 5)`` is true where the amount is absent).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["All", "Any", "Compare", "Filter", "IsNull", "Not", "OneOf", "names_in"]


@dataclass(frozen=True, slots=True)
class Compare:
    """``field OP value``; numbers in the field's own scaled integers, enumerations as codes,
    text fields as text (only ``=`` and ``<>``)."""

    field: str
    operator: Literal["=", "<>", "<", "<=", ">", ">="]
    value: int | str


@dataclass(frozen=True, slots=True)
class OneOf:
    """``field IN (values)``."""

    field: str
    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class IsNull:
    """``field IS NULL``: the message does not carry it."""

    field: str


@dataclass(frozen=True, slots=True)
class Not:
    """``NOT operand``."""

    operand: Filter


@dataclass(frozen=True, slots=True)
class All:
    """``a AND b AND ...``."""

    operands: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """``a OR b OR ...``."""

    operands: tuple[Filter, ...]


Filter = Compare | OneOf | IsNull | Not | All | Any


def names_in(condition: Filter) -> set[str]:
    """Names of the fields that a filter looks at."""
    match condition:
        case Compare(field=name) | OneOf(field=name) | IsNull(field=name):
            return {name}
        case Not(operand):
            return names_in(operand)
        case All(operands) | Any(operands):
            return {name for operand in operands for name in names_in(operand)}
