"""A preset as one table of integers that kernels run on: which keys to find, how to read a field.

One array, because handing an array from function to function costs compiled code a count of
references each time. It starts with a header (``H_...``); each field has a row (``F_...``), whose
entries point to places in the table and in the cell.

The *cell* is the working memory for one message: what is known of it so far, as int64, laid out
from ``C_...`` on; what it says goes from there to the columns of the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from fraudstream.codec.lookup import name_rows
from fraudstream.codec.money import currency_rows
from fraudstream.codec.siphash import key_words
from fraudstream.codec.times import pattern_ops
from fraudstream.codec.words import I64
from fraudstream.codec.zones import offsets_of
from fraudstream.events import MISSING, NO_CODE, Kind
from fraudstream.schema import COUNTRY_CODES, Field, FieldType, Layout, Preset, layout_of

__all__ = ["Paths", "Plan", "paths_of", "plan_of"]

# The table's header.
(
    H_KEY,
    H_KEY_2,
    H_MAX_BYTES,
    H_FIELDS,
    H_FIELDS_END,
    H_NAMES,
    H_NAMES_MASK,
    H_CURRENCIES,
    H_BASE,
    H_ENTITIES,
    H_ENTITIES_END,
    H_ENTITY_WIDTH,
    H_CELL,
    H_ID_TEXT,
    H_ABSENT,
    H_ARRIVAL,
) = range(16)
HEADER = 16

# A field's row.
(
    F_TYPE,
    F_SLOT,
    F_REQUIRED,  # bit k: kind k needs it
    F_TEXT,  # places in the cell; -1: none
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
    F_CURRENCY,  # row of the field that holds the currency; -1: base
    F_ROUND,
    F_CONCEAL,  # shown as its hash
    F_ROLE,
) = range(19)
F_WIDTH = 19

# The cell: working memory first, then what becomes columns.
(
    C_SIDE,
    C_GUILTY,
    C_KIND,
    C_FRAUD,
    C_EVENT_TIME,
    C_KNOWN_AT,
    C_AMOUNT,
    C_CURRENCY,
    C_ID,
    C_ID_2,
    C_CONTENTS,
    C_VALUES,
) = range(12)

# How a field is read: its type.
(IS_TEXT, IS_ENUM, IS_COUNTRY, IS_MONEY, IS_NUMBER, IS_TIME, IS_BOOLEAN, IS_KIND) = range(8)

# What a field is beyond its type.
(NO_ROLE, IS_ID, IS_EVENT_TIME, IS_KNOWN_AT, IS_FRAUD) = range(5)

# How a time is written.
(ISO, UNIX, UNIX_MS, UNIX_US, PATTERN) = range(5)

COUNTRIES, KINDS = 1 << 20, (1 << 20) + 1
FIRST_VALUES = 1 << 21
"""Spaces of names: keys of objects from 0, then these, then one for each field with values."""

EARLIEST_EVENT = 631_152_000_000
"""1990-01-01; an event before it comes from a clock that was never set."""
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


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the fields stand: ``paths[slot]`` for each column of spans, of one path one.

    ``keys`` are the keys on the way, by their number; ``entries`` what the scanner is told of each
    (space, key).
    """

    paths: tuple[tuple[str, ...], ...]
    keys: tuple[tuple[str, ...], ...]
    entries: dict[tuple[int, str], int]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A preset compiled: its fields in reading order, their places, the kernels' table."""

    fields: tuple[Field, ...]
    layout: Layout
    paths: Paths
    table: I64


def plan_of(preset: Preset, secret: bytes) -> Plan:
    """Compile a preset; raises ``ValueError`` if the secret is not 16 bytes."""
    layout = layout_of(preset)
    fields = tuple(sorted(preset.fields, key=_reading_order))
    paths = paths_of(fields)
    table = _Compiler(preset, fields, layout, paths).table(key_words(secret))
    return Plan(fields, layout, paths, table)


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


def entry_of(number: int, slot: int, child: int, may_be_nonfinite: bool) -> int:
    """What the table says of a key: its number, its column of spans, the space of its own keys.

    ``slot`` and ``child`` are -1 where the key is no field or leads to none.
    """
    return number | (slot + 1) << 16 | (child + 1) << 32 | int(may_be_nonfinite) << 48


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
    """Grows the table while the fields are gone through."""

    def __init__(
        self, preset: Preset, fields: tuple[Field, ...], layout: Layout, paths: Paths
    ) -> None:
        self.preset, self.fields, self.layout, self.paths = preset, fields, layout, paths
        self.words = [0] * (HEADER + len(fields) * F_WIDTH)
        self.hashes = C_VALUES
        self.numbers = self.hashes + 2 * len(layout.hashed)
        self.codes = self.numbers + len(layout.numbers)
        self.texts = self.codes + len(layout.enums)
        self.names = dict(paths.entries)

    def table(self, key: tuple[int, int]) -> I64:
        """The whole table; ``key`` are the two words of the secret."""
        for kind in Kind:
            self.names[KINDS, kind.name.lower()] = int(kind)
        if any(field.type is FieldType.COUNTRY for field in self.fields):
            self.names |= _country_names()
        for position, field in enumerate(self.fields):
            first = HEADER + position * F_WIDTH
            self.words[first : first + F_WIDTH] = self._row(position, field)
        self.words[:HEADER] = self._header(key)
        return np.array(self.words, np.int64)

    def _add(self, words: list[int]) -> int:
        """Append words; where they start."""
        self.words += words
        return len(self.words) - len(words)

    def _header(self, key: tuple[int, int]) -> list[int]:
        header = [0] * HEADER
        header[H_KEY], header[H_KEY_2] = key
        header[H_MAX_BYTES] = self.preset.input.max_bytes
        header[H_FIELDS] = HEADER
        header[H_FIELDS_END] = HEADER + len(self.fields) * F_WIDTH
        names, header[H_NAMES_MASK] = name_rows(self.names, len(self.words))
        header[H_NAMES] = self._add(names)
        currencies, base = currency_rows(self.preset.currency, len(self.words))
        header[H_CURRENCIES], header[H_BASE] = self._add(currencies), base
        header[H_ENTITY_WIDTH], entities = self._entities()
        header[H_ENTITIES] = self._add(entities)
        header[H_ENTITIES_END] = len(self.words)
        header[H_CELL] = self.texts + 2 * len(self.layout.texts)
        is_named = self.layout.texts[:1] == ("transaction_id",)
        header[H_ID_TEXT] = self.texts if is_named else -1
        header[H_ARRIVAL] = self._arrival()
        header[H_ABSENT] = self._add(self._absent())
        return header

    def _arrival(self) -> int:
        """Where in the cell the declared arrival stands; -1 for the log's own time."""
        name = self.preset.input.arrival
        places = {"log": -1, "event_time": C_EVENT_TIME, "known_at": C_KNOWN_AT}
        return places.get(name, _place(self.numbers, 1, self.layout.numbers, name))

    def _absent(self) -> list[int]:
        """The cell of a message that says nothing."""
        cell = [0] * self.numbers + [MISSING] * (self.codes - self.numbers)
        cell += [NO_CODE] * (self.texts - self.codes) + [-1] * (2 * len(self.layout.texts))
        cell[C_KIND], cell[C_FRAUD], cell[C_CURRENCY] = int(Kind.TRANSACTION), -1, NO_CODE
        cell[C_EVENT_TIME] = cell[C_KNOWN_AT] = cell[C_AMOUNT] = int(MISSING)
        return cell

    def _entities(self) -> tuple[int, list[int]]:
        """(width, rows) of the hashes that make each entity's key, filled up with the first."""
        width = max((len(columns) for columns in self.layout.entities), default=1)
        return width, [
            self.hashes + 2 * (columns[k] if k < len(columns) else columns[0])
            for columns in self.layout.entities
            for k in range(width)
        ]

    def _row(self, position: int, field: Field) -> list[int]:
        row = [-1] * F_WIDTH
        row[F_TYPE] = _TYPES[field.type]
        row[F_SLOT] = self.paths.paths.index(field.path)
        row[F_REQUIRED] = self._required(field)
        row[F_TEXT] = _place(self.texts, 2, self.layout.texts, field.name)
        row[F_HASH] = _place(self.hashes, 2, self.layout.hashed, field.name)
        row[F_NUMBER] = _place(self.numbers, 1, self.layout.numbers, field.name)
        row[F_CODE] = _place(self.codes, 1, self.layout.enums, field.name)
        row[F_SPACE] = self._space(position, field)
        row[F_DECIMALS] = field.decimals
        row[F_FORMAT] = _FORMATS.get(field.format, PATTERN)
        row[F_OPS], row[F_OPS_END] = self._pattern(field)
        row[F_ZONE], row[F_ZONE_END] = self._zone(field)
        row[F_EARLIEST] = self._earliest(field)
        names = tuple(other.name for other in self.fields)
        row[F_CURRENCY] = _place(HEADER, F_WIDTH, names, field.currency or "")
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
        is_pattern = field.type is FieldType.TIME and field.format not in _FORMATS
        ops = pattern_ops(field.format) if is_pattern else []
        first = self._add([word for op in ops for word in op])
        return first, len(self.words)

    def _zone(self, field: Field) -> tuple[int, int]:
        is_time = field.type is FieldType.TIME
        first = self._add(offsets_of(field.zone).ravel().tolist() if is_time else [])
        return first, len(self.words)

    def _earliest(self, field: Field) -> int:
        is_event = field.name in ("event_time", "known_at", self.preset.input.arrival)
        return EARLIEST_EVENT if is_event else EARLIEST_OTHER


def _place(first: int, width: int, names: tuple[str, ...], name: str) -> int:
    return first + width * names.index(name) if name in names else -1
