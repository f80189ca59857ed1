"""``inputs``: what the model sees of the event itself."""

from __future__ import annotations

import re

from fraudstream.schema.document import Item, Table
from fraudstream.schema.features import Input, InputFunction
from fraudstream.schema.nearest import did_you_mean
from fraudstream.schema.preset import FieldType
from fraudstream.schema.scope import Scope

__all__ = ["read_inputs"]

_AGE = re.compile(r"age_days\(\s*(\w+)\.(\w+)\s*\)")
_OF_TIME = {name: InputFunction(name) for name in ("hour", "weekday", "weekend", "night")}
_OF_TYPE = {
    FieldType.MONEY: InputFunction.NUMBER,
    FieldType.NUMBER: InputFunction.NUMBER,
    FieldType.ENUM: InputFunction.CODE,
}


def read_inputs(root: Table, scope: Scope) -> tuple[Input, ...]:
    """The inputs in the order in which they are listed."""
    found: dict[str, Input] = {}
    for item in root.items("inputs"):
        read = _read_input(item, scope)
        if read and read.name in found:
            item.note(f'"{item.text}" is listed twice')
        elif read:
            found[read.name] = read
    return tuple(found.values())


def _read_input(item: Item, scope: Scope) -> Input | None:
    name = item.text
    if name in _OF_TIME:
        return Input(name, _OF_TIME[name])
    if name.startswith("age_days"):
        return _read_age(item, scope)
    field = scope.fields.get(name)
    if field is None:
        meant = did_you_mean(name, (*scope.fields, *_OF_TIME))
        item.note(f'unknown input "{name}"{meant}')
        return None
    if field.type not in _OF_TYPE:
        advice = "list its values to make it an enum, or count it in an aggregate"
        item.note(f'"{name}" is of type {field.type}, which a model cannot read; {advice}')
        return None
    return Input(name, _OF_TYPE[field.type], field=name)


def _read_age(item: Item, scope: Scope) -> Input | None:
    found = _AGE.fullmatch(item.text)
    if not found:
        item.note(f'"{item.text}" is not an age; write age_days(ENTITY.TIME_FIELD)')
        return None
    entity, name = found.groups()
    if entity not in scope.entities:
        meant = did_you_mean(entity, scope.entities)
        item.note(f'unknown entity "{entity}"{meant}', found.start(1))
        return None
    if name not in scope.fields:
        item.note(scope.unknown_field(name), found.start(2))
        return None
    if scope.fields[name].type is not FieldType.TIME:
        item.note(f'"{name}" is of type {scope.fields[name].type}, not a time', found.start(2))
        return None
    return Input(f"{entity}_age_days", InputFunction.AGE_DAYS, field=name, entity=entity)
