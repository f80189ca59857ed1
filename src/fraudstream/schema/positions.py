"""Where each key and value of a TOML text stands, for errors with line and column.

``tomllib`` gives values without positions. This walks a text that ``tomllib`` has accepted already,
so it need only find where things are, never judge them.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass

__all__ = ["Path", "Place", "Span", "locate"]

Path = tuple[str | int, ...]
"""Keys from the root; an integer for a place in an array (of tables or values)."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_KEY = re.compile(r"[A-Za-z0-9_-]+|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'")
_SCALAR = re.compile(r"[^,\]}\s#]+(?: \d\d:[^,\]}\s#]+)?")


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, both counted from 1; columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Span:
    """Where a key and its value begin, and whether the value is a plain one-line string.

    For a table ``value`` is its header; an array's element has no key of its own.
    """

    key: Place
    value: Place
    plain: bool = False


def locate(text: str) -> dict[Path, Span]:
    """The place of everything in a TOML text that ``tomllib`` reads without complaint.

    >>> locate('a = 1\\n[b]\\nc = ["x", "y"]')["b", "c", 1].value
    Place(line=3, column=11)
    """
    walk = _Walk(text)
    walk.document()
    return walk.spans


class _Walk:
    """One pass over the text; ``at`` is the next character to look at."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.spans: dict[Path, Span] = {}
        self._lines = [0, *(m.end() for m in re.finditer("\n", text))]
        self._arrays: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self._skip(_SPACE)
        while self.at < len(self.text):
            if self._next("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_SPACE)

    def _header(self) -> Path:
        start = self._place(self.at)
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        names = [name for name, _ in self._keys()]
        self.at += 2 if many else 1
        path: Path = ()
        for depth, name in enumerate(names, start=1):
            path = (*path, name)
            self.spans.setdefault(path, Span(start, start))
            if many and depth == len(names):
                self._arrays[path] = self._arrays.get(path, -1) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path])
        self.spans.setdefault(path, Span(start, start))
        return path

    def _pair(self, table: Path) -> None:
        path = table
        keys = self._keys()
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        value = self._place(self.at)
        for name, key in keys:
            path = (*path, name)
            self.spans.setdefault(path, Span(key, value, self._plain()))
        self._value(path)

    def _keys(self) -> list[tuple[str, Place]]:
        """A possibly dotted key and the blanks after it."""
        keys = []
        while True:
            self._skip(_BLANK)
            start = self.at
            keys.append((_name(self._skip(_KEY)), self._place(start)))
            self._skip(_BLANK)
            if not self._next("."):
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        if self._next("["):
            self._array(path)
        elif self._next("{"):
            self._inline_table(path)
        elif not self._skip(_STRING):
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        self._skip(_SPACE)
        while not self._next("]"):
            place = self._place(self.at)
            self.spans[(*path, index)] = Span(place, place, self._plain())
            self._value((*path, index))
            index += 1
            self._separator()
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        self._skip(_SPACE)
        while not self._next("}"):
            self._pair(path)
            self._separator()
        self.at += 1

    def _separator(self) -> None:
        self._skip(_SPACE)
        if self._next(","):
            self.at += 1
            self._skip(_SPACE)

    def _plain(self) -> bool:
        """A string in which character n of the value is character n + 1 of the source."""
        found = _STRING.match(self.text, self.at)
        token = found.group() if found else ""
        return bool(token) and not token.startswith(('"""', "'''")) and "\\" not in token

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found.group() if found else ""

    def _next(self, character: str) -> bool:
        return self.text.startswith(character, self.at)

    def _place(self, at: int) -> Place:
        line = bisect_right(self._lines, at)
        return Place(line, at - self._lines[line - 1] + 1)


def _name(token: str) -> str:
    return next(iter(tomllib.loads(f"{token} = 0"))) if token[0] in "\"'" else token
