"""``[fields]`` and ``[input] columns``: what a message has, and how each part of it is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, cast
from zoneinfo import ZoneInfo

from fraudstream.schema.document import Item, Table
from fraudstream.schema.nearest import listed
from fraudstream.schema.preset import Field, FieldType
from fraudstream.schema.scope import NAME, NAME_ADVICE

__all__ = ["implied_field", "read_fields", "read_zone"]

_IMPLIED = {
    "event_time": FieldType.TIME,
    "known_at": FieldType.TIME,
    "signup_time": FieldType.TIME,
    "amount": FieldType.MONEY,
    "lat": FieldType.NUMBER,
    "lon": FieldType.NUMBER,
    "country": FieldType.COUNTRY,
    "kind": FieldType.KIND,
    "is_fraud": FieldType.BOOLEAN,
}
_REQUIRED = ("event_time", "amount", "transaction_id")
_DECIMALS = {"lat": 6, "lon": 6}
_USUAL_DECIMALS = 4
_FIXED = ("event_time", "known_at", "amount", "transaction_id", "lat", "lon")
"""Fields whose meaning hangs on their type."""
_RESERVED = ("hour", "weekday", "weekend", "night")
_FORMATS = ("iso8601", "unix", "unix_ms", "unix_us")
_DIRECTIVES = "YmdHMSfz"
_ONLY_FOR = {
    "values": (FieldType.ENUM,),
    "format": (FieldType.TIME,),
    "zone": (FieldType.TIME,),
    "currency": (FieldType.MONEY,),
    "round": (FieldType.MONEY,),
    "decimals": (FieldType.NUMBER,),
    "hash": (FieldType.TEXT,),
}


def implied_field(name: str, zone: str = "UTC") -> Field:
    """A field that is declared by its name alone: its path is its name, its type is known by it."""
    return Field(
        name,
        (name,),
        _IMPLIED.get(name, FieldType.TEXT),
        required=name in _REQUIRED,
        decimals=_DECIMALS.get(name, 0),
        zone=zone,
    )


def read_fields(root: Table, columns: Sequence[Item], zone: str) -> dict[str, Field]:
    """All fields and columns in order; a broken one is there too, as far as it could be read."""
    table = root.table("fields")
    fields = {name: _read_field(table, name, zone) for name in table}
    for item in columns:
        if _name_is_fine(item) and item.text in fields:
            item.note(f'field "{item.text}" is declared twice: here and in [fields] or before')
        fields.setdefault(item.text, implied_field(item.text, zone))
    for name in ("event_time", "amount"):
        if name not in fields:
            what = "time" if name == "event_time" else "amount"
            advice = f'say which field is the {what}: {name} = "their_name"'
            root.note("fields", f'no field "{name}"; {advice}', at_key=True)
            fields[name] = implied_field(name, zone)
    return fields


def read_zone(table: Table, key: str, default: str) -> str:
    """A time zone by its IANA name."""
    name = table.text(key, default)
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        table.note(
            key, f'unknown time zone "{name}"; write a name such as "Europe/Berlin" or "UTC"'
        )
        return default
    return name


def _name_is_fine(item: Item) -> bool:
    if not re.fullmatch(NAME, item.text):
        item.note(f'"{item.text}" cannot be a name here ({NAME_ADVICE}); rename it under [fields]')
    elif item.text in _RESERVED:
        item.note(f'"{item.text}" is already an input made from the event time; use another name')
    else:
        return True
    return False


def _read_field(table: Table, name: str, zone: str) -> Field:
    _check_name(table, name)
    written = table.raw(name)
    plain = implied_field(name, zone)
    if isinstance(written, str):
        return replace(plain, path=_path(table, name, written), decimals=_decimals(plain))
    if not isinstance(written, dict):
        wanted = '"their.path" or { from = "their.path", ... }'
        table.note(name, f"a field is written as {wanted}")
        return plain
    return _read_options(table.table(name), plain)


def _check_name(table: Table, name: str) -> None:
    if not re.fullmatch(NAME, name):
        table.note(name, f'"{name}" cannot be a field\'s name: {NAME_ADVICE}', at_key=True)
    elif name in _RESERVED:
        made = f'"{name}" is already an input made from the event time; use another name'
        table.note(name, made, at_key=True)


def _read_options(table: Table, plain: Field) -> Field:
    values = tuple(item.text for item in table.items("values"))
    kind = _read_type(table, plain, values)
    path = _read_path(table, plain)
    field = replace(plain, path=path, type=kind, values=values)
    field = replace(
        field,
        required=table.truth("required", plain.required),
        hash=table.truth("hash"),
        zone=read_zone(table, "zone", plain.zone),
        format=_read_format(table),
        decimals=table.whole("decimals", _decimals(field), (0, 9)),
        currency=table.text("currency") or None,
        round=cast(
            Literal["reject", "half_even"],
            table.choice("round", ("reject", "half_even"), "reject"),
        ),
    )
    _check_values(table, values)
    _check_options(table, kind)
    if plain.name in _DECIMALS and field.decimals != _DECIMALS[plain.name]:
        table.note("decimals", f'"{plain.name}" always has {_DECIMALS[plain.name]} decimals')
    table.close("option of a field:")
    return field


def _read_type(table: Table, plain: Field, values: tuple[str, ...]) -> FieldType:
    default = FieldType.ENUM if values and plain.name not in _FIXED else plain.type
    kind = FieldType(table.choice("type", tuple(FieldType), default))
    fixed = plain.type if plain.name in _FIXED else None
    if fixed and kind is not fixed:
        table.note("type", f'"{plain.name}" must be of type {fixed}')
        return fixed
    if kind is FieldType.MONEY and plain.name != "amount":
        table.note("type", 'only "amount" is money; another sum is a number with decimals')
        return FieldType.NUMBER
    if kind is FieldType.ENUM and not values:
        table.note("type", 'an enum needs its values: values = ["pos", "ecom"]')
    return kind


def _read_path(table: Table, plain: Field) -> tuple[str, ...]:
    if isinstance(table.raw("from"), list):
        return tuple(item.text for item in table.items("from")) or plain.path
    written = table.text("from")
    return _path(table, "from", written) if written else plain.path


def _path(table: Table, key: str, written: str) -> tuple[str, ...]:
    parts = tuple(written.split("."))
    if not all(parts):
        table.note(key, f'"{written}" is not a path; write "name" or "outer.name"')
    return parts


def _read_format(table: Table) -> str:
    written = table.text("format", "iso8601")
    problem = _format_problem(written)
    if problem:
        table.note("format", problem)
        return "iso8601"
    return written


def _format_problem(written: str) -> str:
    if " | " in written:
        choices = listed(f'"{choice}"' for choice in written.split(" | "))
        return f"the order of day and month is not decided; keep one of {choices}"
    if "%" not in written:
        if written in _FORMATS:
            return ""
        return (
            f'"{written}" is not a time format; write {listed(_FORMATS)}, or a pattern of %Y %m %d'
        )
    used = re.findall(r"%(.)", written)
    strange = [directive for directive in used if directive not in _DIRECTIVES]
    if strange:
        return f'"%{strange[0]}" cannot be read; a pattern may have %Y %m %d %H %M %S %f %z'
    missing = [f"%{directive}" for directive in "Ymd" if used.count(directive) != 1]
    return f"a pattern needs {listed(missing, 'and')} exactly once" if missing else ""


def _decimals(field: Field) -> int:
    usual = _USUAL_DECIMALS if field.type is FieldType.NUMBER else 0
    return _DECIMALS.get(field.name, usual)


def _check_values(table: Table, values: tuple[str, ...]) -> None:
    if len(set(values)) < len(values):
        twice = next(value for value in values if values.count(value) > 1)
        table.note("values", f'value "{twice}" is listed twice')
    if len(values) > 1_000:
        table.note("values", f"{len(values):,} values; at most 1,000 (leave them out for any text)")


def _check_options(table: Table, kind: FieldType) -> None:
    for option, kinds in _ONLY_FOR.items():
        if option in table and kind not in kinds:
            table.note(
                option,
                f"{option} is for {listed(kinds)} fields, this one is of type {kind}",
                at_key=True,
            )
