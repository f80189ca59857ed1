"""What a sample of a column shows: numbers, times and their format, a few repeated words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

__all__ = ["Column", "columns_of", "snake"]

_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?")
_YEAR_FIRST = re.compile(r"\d{4}([-/.])\d\d?\1\d\d?(?P<clock>.*)")
_YEAR_LAST = re.compile(r"(\d\d?)([-/.])(\d\d?)\2\d{4}(?P<clock>.*)")
_CLOCK = re.compile(
    r"([ T])\d\d?:\d\d(?P<seconds>:\d\d(?P<fraction>\.\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
_EPOCHS = ((10, "unix"), (13, "unix_ms"), (16, "unix_us"))
_UNDECIDED = " | "


def snake(name: str) -> str:
    """A column's name as one of ours.

    >>> snake("transactionAmount"), snake("TX_DATETIME"), snake("Card No.")
    ('transaction_amount', 'tx_datetime', 'card_no')
    """
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:48].rstrip("_")
    return plain if plain[:1].isalpha() else f"c_{plain}".rstrip("_")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sample: its name in the data, ours, and the values that are there."""

    source: str
    name: str
    values: tuple[object, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as text; a whole float loses its ``.0``."""
        return tuple(_text(value) for value in self.values)

    @property
    def distinct(self) -> tuple[str, ...]:
        """Different values, the most frequent first."""
        texts = self.texts
        return tuple(sorted(set(texts), key=lambda text: (-texts.count(text), text)))

    @property
    def is_unique(self) -> bool:
        """No value comes twice."""
        return bool(self.values) and len(set(self.texts)) == len(self.values)

    @property
    def numbers(self) -> tuple[Decimal, ...]:
        """The values as numbers; empty if one of them is none."""
        try:
            found = tuple(Decimal(text) for text in self.texts)
        except InvalidOperation:
            return ()
        return found if all(number.is_finite() for number in found) else ()

    @property
    def decimals(self) -> int:
        """The most decimals of any number."""
        return max((max(0, -_exponent(number)) for number in self.numbers), default=0)

    @property
    def time_format(self) -> str | None:
        """The format of a time; two joined by " | " where day and month cannot be told apart."""
        if not self.values:
            return None
        if all(isinstance(value, datetime | date) for value in self.values):
            return "iso8601"
        texts = self.texts
        if all(_ISO.fullmatch(text) for text in texts):
            return "iso8601"
        if self.numbers:
            return _epoch(self.numbers)
        return _year_first(texts) or _year_last(texts)


def columns_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> tuple[Column, ...]:
    """The sample by column; absent values (None or empty text) are left out."""
    lines = list(rows)
    names: list[str] = []
    for source in header:
        name = snake(source)
        names.append(name if name not in names else f"{name}_{len(names) + 1}"[-48:])
    return tuple(
        Column(
            source, names[i], tuple(r[i] for r in lines if i < len(r) and r[i] not in (None, ""))
        )
        for i, source in enumerate(header)
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _epoch(numbers: tuple[Decimal, ...]) -> str | None:
    digits = {len(str(abs(int(number)))) for number in numbers}
    return next((name for length, name in _EPOCHS if digits == {length}), None)


def _year_first(texts: Sequence[str]) -> str | None:
    found = [_YEAR_FIRST.fullmatch(text) for text in texts]
    if not all(found):
        return None
    mark = found[0][1] if found[0] else "-"
    clocks = [match["clock"] for match in found if match]
    return _with_clock(f"%Y{mark}%m{mark}%d", clocks) or ("iso8601" if mark == "-" else None)


def _year_last(texts: Sequence[str]) -> str | None:
    found = [match for match in map(_YEAR_LAST.fullmatch, texts) if match]
    if len(found) < len(texts):
        return None
    mark, clocks = found[0][2], [match["clock"] for match in found]
    day_first = _with_clock(f"%d{mark}%m{mark}%Y", clocks)
    month_first = _with_clock(f"%m{mark}%d{mark}%Y", clocks)
    if day_first is None or month_first is None:
        return None
    may_be_day_first = all(int(match[3]) <= 12 for match in found)
    may_be_month_first = all(int(match[1]) <= 12 for match in found)
    if may_be_day_first == may_be_month_first:
        return f"{day_first}{_UNDECIDED}{month_first}"
    return day_first if may_be_day_first else month_first


def _with_clock(day: str, clocks: Sequence[str]) -> str | None:
    """The pattern of day and clock; None if no one pattern says all of them."""
    found = [_CLOCK.fullmatch(clock) for clock in clocks if clock]
    shapes = {_clock_shape(match) if match else "" for match in found} or {""}
    whole = len(shapes) == 1 and all(found) and len(found) in (0, len(clocks))
    return day + shapes.pop() if whole else None


def _clock_shape(found: re.Match[str]) -> str:
    seconds = ":%S" if found["seconds"] else ""
    fraction = ".%f" if found["fraction"] else ""
    return f"{found[1]}%H:%M{seconds}{fraction}{'%z' if found['zone'] else ''}"
