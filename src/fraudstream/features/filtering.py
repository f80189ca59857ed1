"""Filters as programs: from the tree that a preset holds to rows for the compiled stack machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fraudstream.features.kernel import layout as k
from fraudstream.schema import All, Any, Compare, Filter, IsNull, Layout, Not, OneOf, Preset

__all__ = ["filter_rows"]

Row = tuple[int, int, int, int]
Hash = Callable[[str], tuple[int, int]]

_OPERATORS = {
    "=": k.EQUAL,
    "<>": k.LESS | k.GREATER,
    "<": k.LESS,
    "<=": k.LESS | k.EQUAL,
    ">": k.GREATER,
    ">=": k.GREATER | k.EQUAL,
}


def filter_rows(preset: Preset, layout: Layout, hash_text: Hash) -> list[Row]:
    """All filters of a preset, one after the other, each storing its truth as one bit."""
    rows: list[Row] = []
    for bit, (_, condition) in enumerate(preset.filters):
        rows += _postfix(condition, layout, hash_text)
        rows.append((k.T_STORE, bit, 0, 0))
    return rows


def _postfix(condition: Filter, layout: Layout, hash_text: Hash) -> Iterator[Row]:
    match condition:
        case Compare(field, operator, value):
            yield from _comparison(field, operator, value, layout, hash_text)
        case OneOf(field, values):
            choices = tuple(Compare(field, "=", value) for value in values)
            yield from _folded(choices, k.T_OR, layout, hash_text)
        case IsNull(field):
            yield (*_presence(field, layout), 0, 0)
            yield (k.T_NOT, 0, 0, 0)
        case Not(operand):
            yield from _postfix(operand, layout, hash_text)
            yield (k.T_NOT, 0, 0, 0)
        case All(operands):
            yield from _folded(operands, k.T_AND, layout, hash_text)
        case Any(operands):
            yield from _folded(operands, k.T_OR, layout, hash_text)


def _folded(
    operands: tuple[Filter, ...], operation: int, layout: Layout, hash_text: Hash
) -> Iterator[Row]:
    for position, operand in enumerate(operands):
        yield from _postfix(operand, layout, hash_text)
        if position:
            yield (operation, 0, 0, 0)


def _presence(field: str, layout: Layout) -> tuple[int, int]:
    if field in layout.numbers:
        return k.T_NUMBER_PRESENT, layout.numbers.index(field)
    if field in layout.enums:
        return k.T_CODE_PRESENT, layout.enums.index(field)
    return k.T_HASH_PRESENT, layout.hashed.index(field)


def _comparison(
    field: str, operator: str, value: int | str, layout: Layout, hash_text: Hash
) -> Iterator[Row]:
    operators = _OPERATORS[operator]
    if isinstance(value, str):
        column = layout.hashed.index(field)
        yield (k.T_HASH, column, *hash_text(value))
        if operator == "<>":
            yield (k.T_NOT, 0, 0, 0)
            yield (k.T_HASH_PRESENT, column, 0, 0)
            yield (k.T_AND, 0, 0, 0)
    elif field in layout.numbers:
        yield (k.T_NUMBER, layout.numbers.index(field), value, operators)
    else:
        yield (k.T_CODE, layout.enums.index(field), value, operators)
