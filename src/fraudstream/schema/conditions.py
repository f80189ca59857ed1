"""``[filters]``: SQL boolean expressions over the fields of an event become small trees.

Only comparisons of one field with constants, ``IN``, ``BETWEEN``, ``IS NULL``, ``AND``, ``OR`` and
``NOT`` are understood; everything else is refused with a reason. Nothing is ever executed.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Literal, cast

import sqlglot
from sqlglot import exp

from fraudstream.schema.document import Item
from fraudstream.schema.filters import All, Any, Compare, Filter, IsNull, Not, OneOf
from fraudstream.schema.grammar import Wrong
from fraudstream.schema.nearest import did_you_mean, listed
from fraudstream.schema.preset import Field, FieldType
from fraudstream.schema.reference import country_code
from fraudstream.schema.scope import Scope

__all__ = ["BROKEN", "read_condition"]

BROKEN = All(())
"""Stands for a filter that could not be read, so that what uses it does not complain as well."""

Operator = Literal["=", "<>", "<", "<=", ">", ">="]
_OPERATORS: dict[type, Operator] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_MIRRORED: dict[Operator, Operator] = {
    "=": "=",
    "<>": "<>",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}
_LONGEST, _MOST_NODES, _LARGEST = 2_000, 200, 10**12
_OUTCOMES = {"score", "action", "decision", "decided_by", "expected_cost", "alert", "flagged"}
_LABELS = {"fraud", "is_fraud", "label", "labels", "confirmed", "chargeback", "known_at"}
_OURS = _OUTCOMES | _LABELS


def read_condition(item: Item, scope: Scope, digits: int) -> Filter:
    """One filter; after noting what is wrong, ``BROKEN``. ``digits``: of the base currency."""
    try:
        return _Reader(scope, digits).filter(_parsed(item.text))
    except Wrong as wrong:
        item.note(str(wrong), wrong.within)
        return BROKEN


def _parsed(text: str) -> exp.Expression:
    if len(text) > _LONGEST:
        raise Wrong(f"a filter may have {_LONGEST:,} characters, this one has {len(text):,}")
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except sqlglot.errors.SqlglotError as wrong:
        raise _not_sql(wrong) from None
    except RecursionError:
        raise Wrong("nested too deeply") from None
    if sum(1 for _ in tree.walk()) > _MOST_NODES:
        raise Wrong(f"more than {_MOST_NODES} parts; split it, or declare an enum field")
    return tree


def _not_sql(wrong: Exception) -> Wrong:
    first = (getattr(wrong, "errors", None) or [{}])[0]
    near = first.get("highlight", "")
    return Wrong(
        f"not a condition{f' near {near!r}' if near else ''}; "
        "write for example channel = 'ecom' and amount >= 100"
    )


class _Reader:
    """Turns a parsed condition into a filter, field by field."""

    def __init__(self, scope: Scope, digits: int) -> None:
        self.scope, self.digits = scope, digits

    def filter(self, node: exp.Expression) -> Filter:
        match node:
            case exp.Paren():
                return self.filter(node.this)
            case exp.And():
                return All(tuple(self.filter(part) for part in node.flatten()))
            case exp.Or():
                return Any(tuple(self.filter(part) for part in node.flatten()))
            case exp.Not():
                return Not(self.filter(node.this))
            case exp.In():
                return self._one_of(node)
            case exp.Between():
                return self._between(node)
            case exp.Is(expression=exp.Null()) if isinstance(node.this, exp.Column):
                return IsNull(self._field(node.this).name)
        if type(node) in _OPERATORS:
            return self._compare(node, _OPERATORS[type(node)])
        raise Wrong(f"a filter compares fields with constants; {_named(node)} is not understood")

    def _compare(self, node: exp.Expression, operator: Operator) -> Compare:
        left, right = node.left, node.right
        if isinstance(right, exp.Column) and not isinstance(left, exp.Column):
            left, right, operator = right, left, _MIRRORED[operator]
        field = self._field(left)
        if field.type not in _ORDERED and operator not in ("=", "<>"):
            raise Wrong(
                f'"{field.name}" is of type {field.type}: only =, <> and IN say anything', _at(left)
            )
        return Compare(field.name, operator, self._constant(field, right, operator))

    def _one_of(self, node: exp.In) -> OneOf:
        if node.args.get("query") or not node.expressions:
            raise Wrong("IN needs a list of constants, for example channel in ('pos', 'atm')")
        field = self._field(node.this)
        return OneOf(field.name, tuple(self._constant(field, value) for value in node.expressions))

    def _between(self, node: exp.Between) -> All:
        field = self._field(node.this)
        if field.type not in _ORDERED:
            raise Wrong(f'"{field.name}" is of type {field.type}: only =, <> and IN say anything')
        low = Compare(field.name, ">=", self._constant(field, node.args["low"], ">="))
        high = Compare(field.name, "<=", self._constant(field, node.args["high"], "<="))
        return All((low, high))

    def _field(self, node: exp.Expression) -> Field:
        if not isinstance(node, exp.Column):
            raise Wrong(
                f"a filter compares fields with constants; {_named(node)} is not understood"
            )
        name, at = str(node.sql(dialect="duckdb")), _at(node)
        if name in _LABELS or (name in _OURS and name not in self.scope.fields):
            raise Wrong(
                f'"{name}" is not part of the event: features never depend on scores, decisions '
                "or labels, so a filter cannot either",
                at,
            )
        if name not in self.scope.fields:
            raise Wrong(self.scope.unknown_field(name), at)
        field = self.scope.fields[name]
        if field.type not in _READERS:
            raise Wrong(f'"{name}" is of type {field.type}, which a filter cannot compare', at)
        return field

    def _constant(self, field: Field, node: exp.Expression, operator: Operator = "=") -> int | str:
        negative = isinstance(node, exp.Neg)
        literal = node.this if negative else node
        if isinstance(literal, exp.Column):
            raise Wrong(f'compare "{field.name}" with a constant; a text stands in single quotes')
        if not isinstance(literal, exp.Literal) or (negative and literal.is_string):
            raise Wrong(f'compare "{field.name}" with a constant, not {_named(node)}')
        text = f"-{literal.this}" if negative else str(literal.this)
        return _READERS[field.type](self, field, text, literal.is_string, operator)

    def _scaled(self, field: Field, text: str, quoted: bool, operator: Operator) -> int:
        if quoted:
            raise Wrong(f'"{field.name}" is a number; write {text} without quotes')
        digits = self.digits if field.type is FieldType.MONEY else field.decimals
        scaled = Decimal(text).scaleb(digits)
        if abs(scaled) > _LARGEST:
            raise Wrong(f"{text} is beyond any {field.name}")
        if scaled != scaled.to_integral_value():
            raise Wrong(f'"{field.name}" has {digits} decimals; {text} has more')
        return int(scaled)

    def _code(self, field: Field, text: str, quoted: bool, operator: Operator) -> int:
        if text not in field.values:
            meant = did_you_mean(text, field.values) or f"; it is {listed(field.values)}"
            raise Wrong(f'"{field.name}" has no value "{text}"{meant}')
        return field.values.index(text)

    def _country(self, field: Field, text: str, quoted: bool, operator: Operator) -> str:
        code = country_code(text)
        if code is None:
            raise Wrong(f'"{text}" is not a country; write a code such as DE or an English name')
        return code

    def _text(self, field: Field, text: str, quoted: bool, operator: Operator) -> str:
        return text


_ORDERED = (FieldType.MONEY, FieldType.NUMBER)
_READERS: dict[FieldType, Callable[[_Reader, Field, str, bool, Operator], int | str]] = {
    FieldType.MONEY: _Reader._scaled,
    FieldType.NUMBER: _Reader._scaled,
    FieldType.ENUM: _Reader._code,
    FieldType.COUNTRY: _Reader._country,
    FieldType.TEXT: _Reader._text,
}


def _named(node: exp.Expression) -> str:
    return f'"{cast(str, node.sql(dialect="duckdb"))}"'


def _at(node: exp.Expression) -> int:
    identifier = node.find(exp.Identifier)
    return int(identifier.meta.get("start", 0)) if identifier else 0
