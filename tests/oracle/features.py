"""Every feature by looking at every transaction there ever was.

Whole numbers until the last line; that line has the same floating-point operations as the kernel's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any as TypingAny

from fraudstream.events import Kind
from fraudstream.schema import (
    Aggregate,
    All,
    Any,
    Compare,
    Filter,
    Function,
    IsNull,
    Not,
    OneOf,
    Preset,
)
from tests.oracle.happening import Happening

NAN = math.nan
LATE, TOO_LATE = 1, 2


@dataclass(slots=True)
class Past:
    """A transaction that came before, and what became known of it."""

    happening: Happening
    fraud: bool = False


@dataclass(slots=True)
class History:
    """All transactions of one key that are held, by (time, arrival)."""

    clock: int = -(10**18)
    held: list[Past] = field(default_factory=list)


class Oracle:
    """The contract of features, word for word."""

    def __init__(self, preset: Preset) -> None:
        self.preset = preset
        self.filters = dict(preset.filters)
        self.histories: dict[tuple[str, ...], History] = {}
        self.labels: dict[tuple[object, ...], bool] = {}
        self.reversed: set[tuple[object, ...]] = set()
        self.profiles: dict[tuple[str, ...], int] = {}

    def take(self, event: Happening) -> tuple[list[float], int] | None:
        """Features and flags of a transaction; None for any other kind, which only acts."""
        if event.kind is Kind.LABEL:
            self._label(event)
        elif event.kind is Kind.REVERSAL:
            self._reverse(event)
        elif event.kind is Kind.TRANSACTION:
            return self._transaction(event)
        return None

    def _keys(self, event: Happening) -> list[tuple[str, ...]]:
        """(entity, value, ...) of each entity that the event has and a feature needs."""
        used = {feature.entity for feature in self.preset.features}
        return [
            (entity, *(event.texts[name] for name in names))
            for entity, names in self.preset.entities
            if entity in used and all(name in event.texts for name in names)
        ]

    def _transaction(self, event: Happening) -> tuple[list[float], int]:
        values, flags = {f.name: NAN for f in self.preset.features}, 0
        for key in self._keys(event):
            own = [f for f in self.preset.features if f.entity == key[0]]
            history = self.histories.setdefault(key, History())
            history.clock = max(history.clock, event.arrival or 0)
            oldest = (
                history.clock - self.preset.input.lateness - max(f.window + f.delay for f in own)
            )
            history.held = [p for p in history.held if p.happening.time > oldest]
            for feature in own:
                values[feature.name] = self.value(feature, event, history.held)
            if event.time < history.clock - self.preset.input.lateness:
                flags |= TOO_LATE
                continue
            if any(p.happening.time > event.time for p in history.held):
                flags |= LATE
            self._enter(key, history, event)
        return list(values.values()), flags

    def _enter(self, key: tuple[str, ...], history: History, event: Happening) -> None:
        mark = (key, event.id, event.time)
        fraud = self.labels.pop(mark, False)
        if mark in self.reversed:
            self.reversed.discard(mark)
            return
        history.held.append(Past(event, fraud))
        history.held.sort(key=lambda past: past.happening.time)

    def _label(self, event: Happening) -> None:
        for key in self._keys(event):
            if not any(f.entity == key[0] and "fraud" in f.function for f in self.preset.features):
                continue
            found = self._find(key, event)
            if found:
                found.fraud = event.fraud == 1
            else:
                self.labels[key, event.id, event.time] = event.fraud == 1

    def _reverse(self, event: Happening) -> None:
        for key in self._keys(event):
            found = self._find(key, event)
            if found:
                self.histories[key].held.remove(found)
            else:
                self.reversed.add((key, event.id, event.time))

    def _find(self, key: tuple[str, ...], event: Happening) -> Past | None:
        held = self.histories[key].held if key in self.histories else []
        same = [p for p in held if (p.happening.id, p.happening.time) == (event.id, event.time)]
        return same[0] if same else None

    def matches(self, condition: Filter, event: Happening) -> bool:
        """Whether a filter holds for an event."""
        match condition:
            case Compare(name, operator, value):
                own = _field(event, name)
                return own is not None and _OPERATORS[operator](own, value)
            case OneOf(name, values):
                return _field(event, name) in values
            case IsNull(name):
                return _field(event, name) is None
            case Not(operand):
                return not self.matches(operand, event)
            case All(operands):
                return all(self.matches(operand, event) for operand in operands)
            case Any(operands):
                return any(self.matches(operand, event) for operand in operands)

    def value(self, feature: Aggregate, event: Happening, held: list[Past]) -> float:
        """One feature over what is held of one key."""
        until = event.time - feature.delay
        window = [p for p in held if until - feature.window < p.happening.time <= until]
        if feature.filter:
            condition = self.filters[feature.filter]
            window = [p for p in window if self.matches(condition, p.happening)]
        return _COMPUTED[feature.function](feature, event, window, self._scale(feature))

    def _scale(self, feature: Aggregate) -> int:
        if feature.field in (None, "amount"):
            return 10 ** self.preset.currency.digits[self.preset.currency.base]
        found = self.preset.field_named(feature.field or "")
        return 10**found.decimals if found else 1


_OPERATORS: dict[str, Callable[[TypingAny, TypingAny], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _field(event: Happening, name: str) -> int | str | None:
    for fields in (event.numbers, event.codes, event.texts):
        if name in fields:
            return fields[name]
    return None


def _numbers(feature: Aggregate, window: list[Past]) -> list[int]:
    name = feature.field or "amount"
    return [p.happening.numbers[name] for p in window if name in p.happening.numbers]


def _number_sum(feature: Aggregate, event: Happening, window: list[Past], scale: int) -> float:
    return sum(_numbers(feature, window)) / scale


def _mean(feature: Aggregate, event: Happening, window: list[Past], scale: int) -> float:
    numbers = _numbers(feature, window)
    return float(sum(numbers)) / float(len(numbers) * scale) if numbers else NAN


def _spread(numbers: list[int]) -> float:
    exact = len(numbers) * sum(x * x for x in numbers) - sum(numbers) ** 2
    return float(exact >> 64) * 2.0**64 + float(exact & (2**64 - 1))


def _std(feature: Aggregate, event: Happening, window: list[Past], scale: int) -> float:
    numbers = _numbers(feature, window)
    return math.sqrt(_spread(numbers)) / float(len(numbers) * scale) if numbers else NAN


def _zscore(feature: Aggregate, event: Happening, window: list[Past], scale: int) -> float:
    numbers, own = _numbers(feature, window), event.numbers.get(feature.field or "amount")
    if own is None or not numbers or _spread(numbers) == 0:
        return NAN
    return float(own * len(numbers) - sum(numbers)) / math.sqrt(_spread(numbers))


def _ratio(feature: Aggregate, event: Happening, window: list[Past], scale: int) -> float:
    numbers, own = _numbers(feature, window), event.numbers.get(feature.field or "amount")
    if own is None or sum(numbers) == 0:
        return NAN
    return float(own * len(numbers)) / float(sum(numbers))


def _smallest(feature: Aggregate, event: Happening, window: list[Past], scale: int) -> float:
    return min(_numbers(feature, window)) / scale if _numbers(feature, window) else NAN


def _largest(feature: Aggregate, event: Happening, window: list[Past], scale: int) -> float:
    return max(_numbers(feature, window)) / scale if _numbers(feature, window) else NAN


def _values(feature: Aggregate, window: list[Past]) -> set[int | str]:
    values = (_field(p.happening, feature.field or "") for p in window)
    return {value for value in values if value is not None}


def _first_seen(feature: Aggregate, event: Happening, window: list[Past], scale: int) -> float:
    own = _field(event, feature.field or "")
    return NAN if own is None else float(own not in _values(feature, window))


def _seconds(event: Happening, past: Past) -> float:
    return (event.time - past.happening.time) / 1000.0


def _since_last(feature: Aggregate, event: Happening, window: list[Past], scale: int) -> float:
    return _seconds(event, window[-1]) if window else NAN


def _since_first(feature: Aggregate, event: Happening, window: list[Past], scale: int) -> float:
    return _seconds(event, window[0]) if window else NAN


def _known(window: list[Past]) -> list[Past]:
    return [p for p in window if p.fraud]


def _place(event: Happening) -> tuple[float, float] | None:
    numbers = event.numbers
    if "lat" not in numbers or "lon" not in numbers:
        return None
    return numbers["lat"], numbers["lon"]


def _kilometres(here: tuple[float, float], there: tuple[float, float]) -> float:
    to_radians = math.pi / 180.0 / 1e6
    sine_1 = math.sin((here[0] * to_radians - there[0] * to_radians) / 2.0)
    sine_2 = math.sin((here[1] - there[1]) * to_radians / 2.0)
    spread = math.cos(here[0] * to_radians) * math.cos(there[0] * to_radians)
    chord = sine_1 * sine_1 + spread * (sine_2 * sine_2)
    return round(2.0 * 6_371_008.8 * math.asin(math.sqrt(min(1.0, chord)))) / 1000.0


def _travel(
    feature: Aggregate, event: Happening, window: list[Past], scale: int
) -> tuple[float, float]:
    """(km, hours) since the last place, NaN where there is none."""
    here = _place(event)
    placed = [(p, there) for p in window if (there := _place(p.happening)) is not None]
    if here is None or not placed:
        return NAN, NAN
    past, there = placed[-1]
    return _kilometres(here, there), max(event.time - past.happening.time, 1000) / 3_600_000.0


_COMPUTED: dict[Function, Callable[[Aggregate, Happening, list[Past], int], float]] = {
    Function.COUNT: lambda f, e, w, s: float(len(w)),
    Function.SUM: _number_sum,
    Function.MEAN: _mean,
    Function.STD: _std,
    Function.ZSCORE: _zscore,
    Function.RATIO: _ratio,
    Function.MIN: _smallest,
    Function.MAX: _largest,
    Function.DISTINCT: lambda f, e, w, s: float(len(_values(f, w))),
    Function.FIRST_SEEN: _first_seen,
    Function.SECONDS_SINCE_LAST: _since_last,
    Function.SECONDS_SINCE_FIRST: _since_first,
    Function.FRAUD_COUNT: lambda f, e, w, s: float(len(_known(w))),
    Function.FRAUD_RATE: lambda f, e, w, s: len(_known(w)) / len(w) if w else NAN,
    Function.SECONDS_SINCE_LAST_FRAUD: lambda f, e, w, s: _since_last(f, e, _known(w), s),
    Function.SECONDS_SINCE_FIRST_FRAUD: lambda f, e, w, s: _since_first(f, e, _known(w), s),
    Function.KM_FROM_LAST: lambda f, e, w, s: _travel(f, e, w, s)[0],
    Function.KMH_FROM_LAST: lambda f, e, w, s: _travel(f, e, w, s)[0] / _travel(f, e, w, s)[1],
}
