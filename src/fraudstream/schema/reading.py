"""From TOML text to a :class:`Preset`, or every problem in it with its line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, cast

from fraudstream.errors import PresetInvalid
from fraudstream.schema.aggregates import read_features
from fraudstream.schema.conditions import BROKEN, read_condition
from fraudstream.schema.document import Item, Table, parse
from fraudstream.schema.durations import DAY, HOUR, MINUTE
from fraudstream.schema.fields import implied_field, read_fields, read_zone
from fraudstream.schema.filters import Filter
from fraudstream.schema.inputs import read_inputs
from fraudstream.schema.money import Resources, read_costs, read_currency
from fraudstream.schema.preset import Field, FieldType, InputSpec, LabelSpec, Preset
from fraudstream.schema.scope import NAME, NAME_ADVICE, Scope

__all__ = ["read_preset"]

_LAYOUT = 1
_KEYS = (FieldType.TEXT, FieldType.ENUM, FieldType.COUNTRY)
_NONE: Mapping[str, str] = {}


def read_preset(text: str, file: str, resources: Resources = _NONE) -> Preset:
    """Read a preset; ``file`` is its name in messages, ``resources`` the files it names.

    Raises :class:`PresetInvalid` with all problems, in the order of the file.
    """
    root = parse(text, file)
    preset = _read(root, resources)
    problems = root.document.problems
    if problems:
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        raise PresetInvalid(
            f"{file} has {count}",
            sorted(
                problems, key=lambda p: (p.file != file, p.file or "", p.line or 0, p.column or 0)
            ),
            f"Nothing was started. Check again: fraudstream presets check {file}",
        )
    return preset


def _read(root: Table, resources: Resources) -> Preset:
    name = _read_name(root)
    currency = read_currency(root, resources)
    digits = currency.digits[currency.base]
    table = root.table("input")
    columns = table.items("columns")
    fields = read_fields(root, columns, read_zone(root, "timezone", "UTC"))
    spec = _read_input(table, columns, fields)
    _declare_currency(root, fields)
    labels = _read_labels(root, fields)
    scope = Scope(fields, _read_entities(root, fields))
    scope = Scope(fields, scope.entities, _read_filters(root, scope, digits))
    preset = Preset(
        name=name,
        input=spec,
        currency=currency,
        fields=tuple(fields.values()),
        entities=tuple(scope.entities.items()),
        filters=tuple(scope.filters.items()),
        inputs=read_inputs(root, scope),
        features=read_features(root, scope),
        labels=labels,
        costs=read_costs(root, digits),
        calendar_zone=read_zone(root, "calendar_zone", "UTC"),
    )
    root.close()
    return preset


def _read_name(root: Table) -> str:
    layout = root.whole("preset", _LAYOUT, (0, 1_000_000))
    if "preset" not in root:
        root.note("preset", "the layout's version is missing; begin with preset = 1", at_key=True)
    elif layout != _LAYOUT:
        root.note(
            "preset", f"layout {layout} is not known here; this version reads layout {_LAYOUT}"
        )
    name = root.text("name")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,47}", name):
        root.note("name", 'a preset needs a name of letters, digits, - and _: name = "my_bank"')
    return name


def _read_input(table: Table, columns: Sequence[Item], fields: dict[str, Field]) -> InputSpec:
    spec = InputSpec(
        format=_read_data_format(table),
        kind=_read_kind(table, fields),
        arrival=_read_arrival(table, fields),
        lateness=table.duration("lateness", HOUR, shortest=0),
        max_future=table.duration("max_future", 5 * MINUTE, shortest=0),
        dedupe=table.duration("dedupe", DAY, shortest=0),
        max_bytes=table.whole("max_bytes", 65_536, (256, 16_777_216)),
        columns=tuple(item.text for item in columns),
    )
    table.close()
    return spec


def _read_data_format(table: Table) -> Literal["json", "csv", "parquet"]:
    written = table.raw("format")
    if written in ("avro", "protobuf"):
        table.note("format", f"{written} is not read yet; write json, csv or parquet")
        return "json"
    choices = ("json", "csv", "parquet")
    return cast(Literal["json", "csv", "parquet"], table.choice("format", choices, "json"))


def _read_kind(table: Table, fields: dict[str, Field]) -> str | None:
    """The field that tells the kind; declared by its name alone unless [fields] has it."""
    name = table.text("kind") or None
    if name and _is_name(table, "kind", name):
        field = fields.get(name, implied_field(name))
        if field.type not in (FieldType.TEXT, FieldType.KIND):
            table.note("kind", f'"{name}" is of type {field.type}; the kind of an event is a text')
        fields[name] = replace(field, type=FieldType.KIND)
    return name


def _read_arrival(table: Table, fields: Mapping[str, Field]) -> str:
    written = table.text("arrival", "log")
    if written in ("log", "event_time"):
        return written
    field = fields.get(written)
    if field is None or field.type is not FieldType.TIME:
        wrong = "is not a time field" if field else "is not declared under [fields]"
        table.note("arrival", f'"{written}" {wrong}; write "log", "event_time" or a time field')
        return "log"
    return written


def _declare_currency(root: Table, fields: dict[str, Field]) -> None:
    """The amount's currency is a field too, declared by its name alone unless [fields] has it."""
    name = fields["amount"].currency
    if not name:
        return
    table = root.table("fields").table("amount")
    if not _is_name(table, "currency", name):
        return
    if fields.setdefault(name, implied_field(name)).type is not FieldType.TEXT:
        wrong = f'"{name}" is of type {fields[name].type}; a currency code is a text'
        table.note("currency", wrong)


def _is_name(table: Table, key: str, name: str) -> bool:
    fine = re.fullmatch(NAME, name) is not None
    if not fine:
        table.note(key, f'"{name}" cannot be a field\'s name: {NAME_ADVICE}')
    return fine


def _read_labels(root: Table, fields: dict[str, Field]) -> LabelSpec:
    table = root.table("labels")
    usual = LabelSpec()
    name = table.text("field") or None
    if name and name not in fields:
        table.note("field", Scope(fields).unknown_field(name))
    elif name and fields[name].type not in (FieldType.TEXT, FieldType.BOOLEAN):
        table.note("field", f'"{name}" is of type {fields[name].type}; a label is a boolean')
    elif name:
        fields[name] = replace(fields[name], type=FieldType.BOOLEAN)
    fraud = tuple(item.text for item in table.items("fraud", or_one=True)) or usual.fraud
    spec = LabelSpec(table.duration("known_after", usual.known_after, shortest=0), name, fraud)
    table.close()
    return spec


def _read_entities(root: Table, fields: Mapping[str, Field]) -> dict[str, tuple[str, ...]]:
    table = root.table("entities")
    return {name: _read_entity(table, name, fields) for name in table}


def _read_entity(table: Table, name: str, fields: Mapping[str, Field]) -> tuple[str, ...]:
    """The fields of an entity's key; an empty key after noting what is wrong."""
    if not re.fullmatch(NAME, name):
        table.note(name, f'"{name}" cannot be an entity: {NAME_ADVICE}', at_key=True)
    items = table.items(name, or_one=True)
    if not items and isinstance(table.raw(name), list):
        table.note(name, f'entity "{name}" needs at least one field')
    names = tuple(item.text for item in items)
    fine = True
    for index, item in enumerate(items):
        problem = _key_problem(item.text, table, fields)
        if not problem and item.text in names[:index]:
            problem = f'"{item.text}" stands twice in the key of "{name}"'
        if problem:
            item.note(problem)
            fine = False
    if name in fields and names != (name,):
        table.note(name, f'"{name}" is also the name of a field; rename one of them', at_key=True)
    return names if fine else ()


def _key_problem(name: str, table: Table, fields: Mapping[str, Field]) -> str:
    if name in fields:
        kind = fields[name].type
        return "" if kind in _KEYS else f'"{name}" is of type {kind}; an entity is known by texts'
    if name in table:
        return f'"{name}" is an entity; an entity is made of fields, so name its fields'
    return Scope(fields).unknown_field(name)


def _read_filters(root: Table, scope: Scope, digits: int) -> dict[str, Filter]:
    table = root.table("filters")
    found: dict[str, Filter] = {}
    for name in table:
        item = table.item(name)
        if not re.fullmatch(NAME, name):
            table.note(name, f'"{name}" cannot be a filter: {NAME_ADVICE}', at_key=True)
        elif name in scope.fields or name in scope.entities:
            what = "a field" if name in scope.fields else "an entity"
            table.note(name, f'"{name}" is also the name of {what}; rename it', at_key=True)
        found[name] = read_condition(item, scope, digits) if item else BROKEN
    return found
