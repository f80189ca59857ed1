"""A TOML document that is read key by key, noting every problem instead of stopping at the first.

Getters return the value, or the default after noting what is wrong, so that reading goes on and
the person sees everything at once. ``Table.close`` notes the keys that nobody asked for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from fraudstream.errors import PresetInvalid, Problem
from fraudstream.schema.durations import LONGEST, SECOND, duration_ms
from fraudstream.schema.nearest import did_you_mean, listed
from fraudstream.schema.positions import Path, Span, locate

__all__ = ["Document", "Item", "Table", "parse"]

T = TypeVar("T")
_TOP = "at the top, before the first [table]"
_BELONGS = {
    **dict.fromkeys(("name", "currency", "inputs", "timezone", "calendar_zone"), _TOP),
    **dict.fromkeys(("arrival", "lateness", "max_future", "dedupe", "columns"), "under [input]"),
    **dict.fromkeys(("known_after", "fraud"), "under [labels]"),
    **dict.fromkeys(("costs",), "under [policy]"),
    **dict.fromkeys(("windows", "aggregates", "entity"), "in a block under [[features]]"),
}
_SYNTAX = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")
_LARGEST = 1_000_000
"""Characters in a preset; beyond that it is some other file."""


@dataclass(slots=True)
class Document:
    """The problems of one file, and where everything in it stands."""

    file: str
    spans: Mapping[Path, Span] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note(self, text: str, path: Path, *, at_key: bool = False, within: int = 0) -> None:
        """Remember a problem of the value (or key) at ``path``, or of the nearest table above."""
        while path and path not in self.spans:
            path, at_key = path[:-1], True
        span = self.spans.get(path)
        if span is None:
            self.problems.append(Problem(text, self.file, 1, 1))
            return
        place = span.key if at_key else span.value
        inside = 1 + within if span.plain and within and not at_key else 0
        self.problems.append(Problem(text, self.file, place.line, place.column + inside))

    def line(self, path: Path) -> int:
        """The line of a value."""
        return self.spans[path].value.line if path in self.spans else 1


@dataclass(frozen=True, slots=True)
class Item:
    """One text of the document, able to complain about itself."""

    document: Document
    path: Path
    text: str

    def note(self, text: str, within: int = 0) -> None:
        """Remember a problem of this text, ``within`` characters after its beginning."""
        self.document.note(text, self.path, within=within)

    @property
    def line(self) -> int:
        """The line it stands in."""
        return self.document.line(self.path)


class Table:
    """One table of the document; remembers which keys were asked for."""

    def __init__(self, document: Document, path: Path, values: Mapping[str, object]) -> None:
        self.document, self.path, self._values = document, path, values
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def note(self, key: str, text: str, *, at_key: bool = False) -> None:
        """Remember a problem of one of this table's values."""
        self.document.note(text, (*self.path, key), at_key=at_key)

    def raw(self, key: str) -> object:
        """A value of any type; None if absent."""
        self._asked.add(key)
        return self._values.get(key)

    def _typed(self, key: str, kind: type[T], wanted: str) -> T | None:
        value = self.raw(key)
        if value is None or (isinstance(value, kind) and (kind is bool or value is not True)):
            return value
        self.note(key, f"{key} must be {wanted}, not {_shown(value)}")
        return None

    def text(self, key: str, default: str = "") -> str:
        """A string."""
        value = self._typed(key, str, "text")
        return default if value is None else value

    def item(self, key: str) -> Item | None:
        """A string with its place; None if absent or no string."""
        value = self._typed(key, str, "text")
        return None if value is None else Item(self.document, (*self.path, key), value)

    def choice(self, key: str, choices: Sequence[str], default: str) -> str:
        """One of a few words."""
        value = self.text(key, default)
        if value in choices or key not in self:
            return value
        if isinstance(self._values[key], str):
            meant = did_you_mean(value, choices)
            self.note(key, f'{key} must be {listed(choices)}, not "{value}"{meant}')
        return default

    def truth(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self._typed(key, bool, "true or false")
        return default if value is None else value

    def whole(self, key: str, default: int, limits: tuple[int, int]) -> int:
        """An integer within limits, both inclusive."""
        value = self._typed(key, int, "a whole number")
        if value is not None and not limits[0] <= value <= limits[1]:
            self.note(key, f"{key} must be from {limits[0]:,} to {limits[1]:,}, not {value}")
            return default
        return default if value is None else value

    def number(self, key: str, default: Decimal, limits: tuple[int, int]) -> Decimal:
        """A number within limits, both inclusive, with the digits as written."""
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.note(key, f"{key} must be a number, not {_shown(value)}")
            return default
        number = Decimal(value)
        if not number.is_finite() or not limits[0] <= number <= limits[1]:
            self.note(key, f"{key} must be from {limits[0]:,} to {limits[1]:,}, not {value}")
            return default
        return number

    def duration(
        self, key: str, default: int, shortest: int = SECOND, longest: int = LONGEST
    ) -> int:
        """A duration in ms."""
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | str):
            self.note(key, f'{key} must be a duration such as "1h", not {_shown(value)}')
            return default
        try:
            return duration_ms(value, shortest, longest)
        except ValueError as wrong:
            self.note(key, str(wrong))
            return default

    def items(self, key: str, *, or_one: bool = False) -> list[Item]:
        """A list of strings (with ``or_one``, also a single string)."""
        value = self.raw(key)
        path = (*self.path, key)
        if or_one and isinstance(value, str):
            return [Item(self.document, path, value)]
        if value is None:
            return []
        if not isinstance(value, list):
            self.note(key, f"{key} must be a list of texts, not {_shown(value)}")
            return []
        found = []
        for index, each in enumerate(value):
            if isinstance(each, str):
                found.append(Item(self.document, (*path, index), each))
            else:
                wrong = f"{key} must hold texts only, not {_shown(each)}"
                self.document.note(wrong, (*path, index))
        return found

    def table(self, key: str) -> Table:
        """A table; empty if absent."""
        value = self._typed(key, dict, f"a table [{key}]")
        return Table(self.document, (*self.path, key), value or {})

    def tables(self, key: str) -> list[Table]:
        """An array of tables."""
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.note(key, f"{key} must be written as [[{key}]], once for each block")
            return []
        return [Table(self.document, (*self.path, key, i), each) for i, each in enumerate(value)]

    def close(self, what: str = "key") -> None:
        """Note every key that was never asked for, and what was meant or where it belongs."""
        for key in self._values:
            if key not in self._asked:
                meant = did_you_mean(key, self._asked - set(self._values))
                if key in _BELONGS and what == "key":
                    meant = f"; it belongs {_BELONGS[key]}"
                self.note(key, f'unknown {what} "{key}"{meant}', at_key=True)


def parse(text: str, file: str) -> Table:
    """The root table of a TOML text; raises :class:`PresetInvalid` where it is not TOML."""
    if len(text) > _LARGEST:
        raise _not_toml(file, Problem(f"longer than {_LARGEST:,} characters", file))
    text = text.removeprefix("\ufeff")  # written by some editors, not part of the text
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as wrong:
        raise _not_toml(file, _syntax_problem(str(wrong), text, file)) from None
    except RecursionError:
        raise _not_toml(file, Problem("nested too deeply", file, 1, 1)) from None
    return Table(Document(file, locate(text)), (), values)


def _not_toml(file: str, problem: Problem) -> PresetInvalid:
    return PresetInvalid(f"{file} is not valid TOML", [problem])


def _syntax_problem(message: str, text: str, file: str) -> Problem:
    found = _SYNTAX.fullmatch(message)
    if not found:
        return Problem(message, file, 1, 1)
    if found[2]:
        return Problem(found[1], file, int(found[2]), int(found[3]))
    lines = text.split("\n")
    return Problem(found[1], file, len(lines), len(lines[-1]) + 1)


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return str(value)
