"""Which field stands in which column of an :class:`~fraudstream.events.EventBatch`."""

from __future__ import annotations

from dataclasses import dataclass

from fraudstream.schema.features import Function
from fraudstream.schema.filters import All, Any, Compare, Filter, IsNull, Not, OneOf
from fraudstream.schema.preset import FieldType, Preset

__all__ = ["Layout", "layout_of"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Column names of ``hashes``, ``numbers``, ``codes`` and ``texts``, and the currencies' order.

    ``numbers[0]`` is always ``amount``; ``texts[0]`` is ``transaction_id`` where the preset has
    one. ``entities`` gives for each entity the columns of ``hashes`` that make its key.
    """

    hashed: tuple[str, ...]
    numbers: tuple[str, ...]
    enums: tuple[str, ...]
    texts: tuple[str, ...]
    currencies: tuple[str, ...]
    entities: tuple[tuple[int, ...], ...]


def layout_of(preset: Preset) -> Layout:
    """The columns that a preset's entities, features and filters need, in declaration order."""
    needed = _hashed_names(preset)
    texts = tuple(f.name for f in preset.fields if f.type in _TEXTUAL)
    hashed = tuple(name for name in texts if name in needed)
    numbers = tuple(
        f.name
        for f in preset.fields
        if f.type in (FieldType.NUMBER, FieldType.TIME) and f.name not in _OWN_COLUMN
    )
    return Layout(
        hashed=hashed,
        numbers=("amount", *numbers),
        enums=tuple(f.name for f in preset.fields if f.type is FieldType.ENUM),
        texts=tuple(sorted(texts, key=lambda name: name != "transaction_id")),
        currencies=tuple(sorted(preset.currency.digits)),
        entities=tuple(tuple(hashed.index(name) for name in names) for _, names in preset.entities),
    )


_TEXTUAL = (FieldType.TEXT, FieldType.ENUM, FieldType.COUNTRY)
_OWN_COLUMN = ("event_time", "known_at")
_OVER_VALUES = (Function.DISTINCT, Function.FIRST_SEEN)


def _hashed_names(preset: Preset) -> set[str]:
    """Fields whose values are compared: keys of entities, distinct values, text in filters."""
    names = {name for _, fields in preset.entities for name in fields}
    names |= {f.field for f in preset.features if f.function in _OVER_VALUES and f.field}
    for _, condition in preset.filters:
        names |= _compared_text(condition)
    return names


def _compared_text(condition: Filter) -> set[str]:
    match condition:
        case Compare(field, _, str()):
            return {field}
        case OneOf(field, values) if any(isinstance(v, str) for v in values):
            return {field}
        case IsNull(field):
            return {field}
        case Not(operand):
            return _compared_text(operand)
        case All(operands) | Any(operands):
            return {name for operand in operands for name in _compared_text(operand)}
        case _:
            return set()
