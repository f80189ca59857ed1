"""A preset as tables that kernels run on: which keys to find, how each field is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from fraudstream.codec.lookup import Names, names_of
from fraudstream.codec.money import Currencies, currencies_of
from fraudstream.codec.scan import entry_of
from fraudstream.codec.siphash import key_of
from fraudstream.codec.times import pattern_ops
from fraudstream.codec.words import I64, U64
from fraudstream.codec.zones import offsets_of
from fraudstream.events import Kind
from fraudstream.schema import COUNTRY_CODES, Field, FieldType, Layout, Preset, layout_of

__all__ = ["Paths", "Plan", "Program", "paths_of", "plan_of"]

# How a field is read: its type.
(IS_TEXT, IS_ENUM, IS_COUNTRY, IS_MONEY, IS_NUMBER, IS_TIME, IS_BOOLEAN, IS_KIND) = range(8)

# The columns of ``Program.fields``.
(
    F_TYPE,
    F_SLOT,
    F_REQUIRED,  # bit k: kind k needs it
    F_TEXT,  # column of texts, hashes, numbers or codes; -1: none
    F_HASH,
    F_NUMBER,
    F_CODE,
    F_SPACE,  # where its words are looked up
    F_DECIMALS,
    F_FORMAT,
    F_OPS,
    F_OPS_END,
    F_ZONE,
    F_ZONE_END,
    F_EARLIEST,
    F_CURRENCY,  # position of the field that holds the currency; -1: base
    F_ROUND,
    F_CONCEAL,  # shown as its hash
    F_ROLE,
) = range(19)
F_WIDTH = 19

# What a field is beyond its type.
(NO_ROLE, IS_ID, IS_EVENT_TIME, IS_KNOWN_AT, IS_FRAUD) = range(5)

# How a time is written.
(ISO, UNIX, UNIX_MS, UNIX_US, PATTERN) = range(5)

COUNTRIES, KINDS = 1 << 20, (1 << 20) + 1
FIRST_VALUES = 1 << 21
"""Spaces of names: keys of objects from 0, then these, then one for each field with values."""

EARLIEST_EVENT = 631_152_000_000
"""1990-01-01; an event before it is a clock that was never set."""
EARLIEST_OTHER = -2_208_988_800_000
"""1900-01-01, for times of a person's or an account's past."""
LATEST = 7_258_118_400_000
"""2200-01-01: no time is as late as this."""

_TYPES = {
    FieldType.TEXT: IS_TEXT,
    FieldType.ENUM: IS_ENUM,
    FieldType.COUNTRY: IS_COUNTRY,
    FieldType.MONEY: IS_MONEY,
    FieldType.NUMBER: IS_NUMBER,
    FieldType.TIME: IS_TIME,
    FieldType.BOOLEAN: IS_BOOLEAN,
    FieldType.KIND: IS_KIND,
}
_FORMATS = {"iso8601": ISO, "unix": UNIX, "unix_ms": UNIX_MS, "unix_us": UNIX_US}
_SCALED = (FieldType.MONEY, FieldType.NUMBER)
_TRUTHS = {"1": 1, "true": 1, "0": 0, "false": 0}


class Program(NamedTuple):
    """What the normalising kernel runs on; ``fields`` are in the order in which they are read.

    ``entities`` has a row for each: the columns of hashes of its key, filled up with -1.
    """

    fields: I64
    ops: I64
    zones: I64
    names: Names
    currencies: Currencies
    entities: I64
    key: U64


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the fields stand: ``paths[slot]`` for each column of spans, fields of one path share it.

    ``keys`` are the keys on the way, by their number; ``entries`` what the scanner is told of each
    (space, key).
    """

    paths: tuple[tuple[str, ...], ...]
    keys: tuple[tuple[str, ...], ...]
    entries: dict[tuple[int, str], int]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A preset compiled: its fields in reading order, their places, the kernel's tables."""

    fields: tuple[Field, ...]
    layout: Layout
    paths: Paths
    program: Program


def plan_of(preset: Preset, secret: bytes) -> Plan:
    """Compile a preset; raises ``ValueError`` if the secret is not 16 bytes."""
    layout = layout_of(preset)
    fields = tuple(sorted(preset.fields, key=_reading_order))
    paths = paths_of(fields)
    return Plan(fields, layout, paths, _Compiler(preset, fields, layout, paths).program(secret))


def _reading_order(field: Field) -> int:
    """The kind first, for it says what is needed; then the time, for rates depend on it."""
    return 0 if field.type is FieldType.KIND else 1 if field.name == "event_time" else 2


def paths_of(fields: tuple[Field, ...]) -> Paths:
    """The distinct paths of fields, and the keys that lead there."""
    paths = tuple(dict.fromkeys(field.path for field in fields))
    scaled = {field.path for field in fields if field.type in _SCALED}
    keys = tuple(dict.fromkeys(path[:end] for path in paths for end in range(1, len(path) + 1)))
    outer = {path[:-1] for path in keys if len(path) > 1}
    spaces = {path: space for space, path in enumerate([(), *sorted(outer)])}
    entries = {}
    for number, path in enumerate(keys):
        slot = paths.index(path) if path in paths else -1
        entry = entry_of(number, slot, spaces.get(path, -1), path in scaled)
        entries[spaces[path[:-1]], path[-1]] = entry
    return Paths(paths, keys, entries)


@cache
def _country_names() -> dict[tuple[int, str], int]:
    """Names as the kernel looks them up: small ASCII letters, other letters small or capital."""
    found = {}
    for name, code in COUNTRY_CODES.items():
        value = ord(code[0]) << 8 | ord(code[1])
        for written in (name, _ascii_lower(name.upper())):
            found[COUNTRIES, written] = value
    return found


def _ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


class _Compiler:
    """Collects the rows of each table while the fields are gone through."""

    def __init__(
        self, preset: Preset, fields: tuple[Field, ...], layout: Layout, paths: Paths
    ) -> None:
        self.preset, self.fields, self.layout, self.paths = preset, fields, layout, paths
        self.ops: list[tuple[int, int]] = []
        self.zones: list[tuple[int, int]] = []
        self.names = dict(paths.entries)
        for kind in Kind:
            self.names[KINDS, kind.name.lower()] = int(kind)
        if any(field.type is FieldType.COUNTRY for field in fields):
            self.names |= _country_names()

    def program(self, secret: bytes) -> Program:
        rows = [self._row(position, field) for position, field in enumerate(self.fields)]
        return Program(
            fields=np.array(rows, np.int64).reshape(len(rows), F_WIDTH),
            ops=np.array(self.ops, np.int64).reshape(len(self.ops), 2),
            zones=np.array(self.zones, np.int64).reshape(len(self.zones), 2),
            names=names_of(self.names),
            currencies=currencies_of(self.preset.currency),
            entities=_filled(self.layout.entities),
            key=key_of(secret),
        )

    def _row(self, position: int, field: Field) -> list[int]:
        row = [-1] * F_WIDTH
        row[F_TYPE] = _TYPES[field.type]
        row[F_SLOT] = self.paths.paths.index(field.path)
        row[F_REQUIRED] = self._required(field)
        row[F_TEXT] = _index(self.layout.texts, field.name)
        row[F_HASH] = _index(self.layout.hashed, field.name)
        row[F_NUMBER] = _index(self.layout.numbers, field.name)
        row[F_CODE] = _index(self.layout.enums, field.name)
        row[F_SPACE] = self._space(position, field)
        row[F_DECIMALS] = field.decimals
        row[F_FORMAT] = _FORMATS.get(field.format, PATTERN)
        row[F_OPS], row[F_OPS_END] = self._pattern(field)
        row[F_ZONE], row[F_ZONE_END] = self._zone(field)
        row[F_EARLIEST] = self._earliest(field)
        row[F_CURRENCY] = self._currency(field)
        row[F_ROUND] = int(field.round == "half_even")
        row[F_CONCEAL] = int(field.hash)
        row[F_ROLE] = self._role(field)
        return row

    def _required(self, field: Field) -> int:
        needed = {Kind.TRANSACTION} if field.required else set()
        role = self._role(field)
        if role == IS_ID:
            needed |= {Kind.LABEL, Kind.REVERSAL}
        elif role == IS_FRAUD:
            needed |= {Kind.LABEL}
        elif role == IS_EVENT_TIME:
            needed |= {Kind.TRANSACTION, Kind.PROFILE}
        return sum(1 << kind for kind in needed)

    def _role(self, field: Field) -> int:
        label = self.preset.labels.field or "is_fraud"
        if field.name == label and field.type is FieldType.BOOLEAN:
            return IS_FRAUD
        roles = {"transaction_id": IS_ID, "event_time": IS_EVENT_TIME, "known_at": IS_KNOWN_AT}
        return roles.get(field.name, NO_ROLE)

    def _space(self, position: int, field: Field) -> int:
        space = FIRST_VALUES + position
        if field.type is FieldType.ENUM:
            self.names |= {(space, value): code for code, value in enumerate(field.values)}
        elif self._role(field) == IS_FRAUD:
            self.names |= {(space, text): 1 for text in self.preset.labels.fraud}
        elif field.type is FieldType.BOOLEAN:
            self.names |= {(space, text): truth for text, truth in _TRUTHS.items()}
        return space

    def _pattern(self, field: Field) -> tuple[int, int]:
        first = len(self.ops)
        if field.type is FieldType.TIME and field.format not in _FORMATS:
            self.ops += pattern_ops(field.format)
        return first, len(self.ops)

    def _zone(self, field: Field) -> tuple[int, int]:
        first = len(self.zones)
        if field.type is FieldType.TIME:
            self.zones += [(int(at), int(offset)) for at, offset in offsets_of(field.zone)]
        return first, len(self.zones)

    def _earliest(self, field: Field) -> int:
        is_event = field.name in ("event_time", "known_at", self.preset.input.arrival)
        return EARLIEST_EVENT if is_event else EARLIEST_OTHER

    def _currency(self, field: Field) -> int:
        return _index(tuple(other.name for other in self.fields), field.currency or "")


def _index(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else -1


def _filled(rows: tuple[tuple[int, ...], ...]) -> I64:
    width = max((len(row) for row in rows), default=0)
    filled = [[*row, *[-1] * (width - len(row))] for row in rows]
    return np.array(filled, np.int64).reshape(len(rows), width)
