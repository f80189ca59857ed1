"""A preset's features, compiled once to the arrays that the kernel runs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fraudstream.codec.siphash import hash_text
from fraudstream.codec.zones import offsets_of
from fraudstream.features.filtering import filter_rows
from fraudstream.features.fingerprint import KERNEL_VERSION, fingerprint_of
from fraudstream.features.kernel import layout as k
from fraudstream.features.kernel.layout import Program
from fraudstream.schema import (
    Aggregate,
    Function,
    Input,
    InputFunction,
    Layout,
    Preset,
    layout_of,
)

__all__ = ["Plan", "plan_of"]

_MOMENTS = {
    Function.SUM: k.F_SUM,
    Function.MEAN: k.F_MEAN,
    Function.RATIO: k.F_RATIO,
    Function.STD: k.F_STD,
    Function.ZSCORE: k.F_ZSCORE,
}
_SQUARES = (Function.STD, Function.ZSCORE)
_EXTREMA = {Function.MIN: (k.F_MIN, -1), Function.MAX: (k.F_MAX, 1)}
_VALUES = {Function.DISTINCT: k.F_DISTINCT, Function.FIRST_SEEN: k.F_FIRST_SEEN}
_SINCE = {
    Function.SECONDS_SINCE_LAST: k.F_SINCE_LAST,
    Function.SECONDS_SINCE_FIRST: k.F_SINCE_FIRST,
    Function.SECONDS_SINCE_LAST_FRAUD: k.F_SINCE_LAST,
    Function.SECONDS_SINCE_FIRST_FRAUD: k.F_SINCE_FIRST,
}
_TRAVEL = {Function.KM_FROM_LAST: k.F_KM, Function.KMH_FROM_LAST: k.F_KMH}
_OF_FRAUDS = (
    Function.FRAUD_COUNT,
    Function.FRAUD_RATE,
    Function.SECONDS_SINCE_LAST_FRAUD,
    Function.SECONDS_SINCE_FIRST_FRAUD,
)
_INPUTS = {
    InputFunction.NUMBER: k.IN_NUMBER,
    InputFunction.CODE: k.IN_CODE,
    InputFunction.HOUR: k.IN_HOUR,
    InputFunction.WEEKDAY: k.IN_WEEKDAY,
    InputFunction.WEEKEND: k.IN_WEEKEND,
    InputFunction.NIGHT: k.IN_NIGHT,
    InputFunction.AGE_DAYS: k.IN_AGE,
}


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What a batch is observed with; two plans of one fingerprint give the same numbers.

    ``horizon`` is the longest window with its delay in ms, ``names`` the columns of the matrix.
    """

    preset: Preset
    layout: Layout
    names: tuple[str, ...]
    fingerprint: str
    kernel: str
    horizon: int
    program: Program


def plan_of(preset: Preset, secret: bytes, layout: Layout | None = None) -> Plan:
    """Compile a preset's features; text in filters is hashed with ``secret``, the decoder's.

    ``layout`` names the columns of the events where they have more than these features need.
    """
    layout = layout or layout_of(preset)
    return Plan(
        preset=preset,
        layout=layout,
        names=preset.feature_names,
        fingerprint=fingerprint_of(preset),
        kernel=KERNEL_VERSION,
        horizon=preset.horizon,
        program=_Compiler(preset, layout).program(lambda text: hash_text(secret, text)),
    )


@dataclass(slots=True)
class _Tables:
    """Rows of the program, growing; the names are the program's."""

    entities: list[list[int]] = field(default_factory=list)
    key_columns: list[int] = field(default_factory=list)
    measures: list[list[int]] = field(default_factory=list)
    peaks: list[list[int]] = field(default_factory=list)
    flags: list[list[int]] = field(default_factory=list)
    frauds: list[int] = field(default_factory=list)
    symbols: list[list[int]] = field(default_factory=list)
    bounds: list[int] = field(default_factory=list)
    features: list[list[int]] = field(default_factory=list)
    profiles: list[list[int]] = field(default_factory=list)


class _Compiler:
    """Collects what each entity needs, each thing once, then numbers it."""

    def __init__(self, preset: Preset, layout: Layout) -> None:
        self.preset = preset
        self.layout = layout
        self.tables = _Tables()
        self.filters = [name for name, _ in preset.filters]

    def program(self, hash_text: Callable[[str], tuple[int, int]]) -> Program:
        """The whole plan as arrays."""
        first = len(self.preset.inputs)
        numbered = list(enumerate(self.preset.features, start=first))
        for position, (name, _) in enumerate(self.preset.entities):
            own = [(out, feature) for out, feature in numbered if feature.entity == name]
            if own:
                _Entity(self, position, own).compile()
        inputs = [self._input(out, item) for out, item in enumerate(self.preset.inputs)]
        tables = self.tables
        return Program(
            entities=_matrix(tables.entities, k.E_WIDTH),
            key_columns=_vector(tables.key_columns),
            measures=_matrix(tables.measures, 4),
            peaks=_matrix(tables.peaks, 3),
            flags=_matrix(tables.flags, 3),
            frauds=_vector(tables.frauds),
            symbols=_matrix(tables.symbols, 4),
            bounds=_vector(tables.bounds),
            features=_matrix(tables.features, 7),
            filters=_matrix([list(r) for r in filter_rows(self.preset, self.layout, hash_text)], 4),
            inputs=_matrix(inputs, 4),
            profiles=_matrix(tables.profiles, 3),
            zone=offsets_of(self.preset.calendar_zone),
            scalars=_vector([self.preset.input.lateness, *self._places()]),
        )

    def scale(self, name: str) -> int:
        """What one major unit of a numeric field is in its scaled integers."""
        if name == "amount":
            return int(10 ** self.preset.currency.digits[self.preset.currency.base])
        found = self.preset.field_named(name)
        return int(10**found.decimals) if found else 1

    def _places(self) -> tuple[int, int]:
        numbers = self.layout.numbers
        if "lat" in numbers and "lon" in numbers:
            return numbers.index("lat"), numbers.index("lon")
        return -1, -1

    def _input(self, out: int, item: Input) -> list[int]:
        column, scale = 0, 1
        if item.function is InputFunction.NUMBER:
            column, scale = (
                self.layout.numbers.index(item.field or item.name),
                self.scale(item.name),
            )
        elif item.function is InputFunction.CODE:
            column = self.layout.enums.index(item.field or item.name)
        elif item.function is InputFunction.AGE_DAYS:
            column = self._profile(item)
        return [_INPUTS[item.function], column, scale, out]

    def _profile(self, item: Input) -> int:
        keys = dict(self.preset.entities)[item.entity or ""]
        row = [len(self.tables.key_columns), len(keys), self.layout.numbers.index(item.field or "")]
        self.tables.key_columns += [self.layout.hashed.index(name) for name in keys]
        self.tables.profiles.append(row)
        return len(self.tables.profiles) - 1


class _Entity:
    """One entity's share of the plan: ring columns, bits and features, numbered from zero."""

    def __init__(
        self, compiler: _Compiler, position: int, own: list[tuple[int, Aggregate]]
    ) -> None:
        self.compiler = compiler
        self.layout = compiler.layout
        self.columns = compiler.layout.entities[position]
        self.own = own
        self.width = 2
        self.place = -1
        self.bounds = sorted({0} | {f.delay for _, f in own} | {f.delay + f.window for _, f in own})
        self.flags: dict[tuple[int, int, int], int] = {}
        self.frauds: dict[int, int] = {}
        self.measures: dict[tuple[int, int], list[int]] = {}
        self.peaks: dict[tuple[int, int, int], int] = {}
        self.symbols: dict[tuple[int, int], list[int]] = {}

    def compile(self) -> None:
        """Number everything, then append it to the compiler's tables."""
        tables = self.compiler.tables
        for _, feature in self.own:
            self._declare(feature)
        features = sorted(self._feature(out, feature) for out, feature in self.own)
        for position, symbol in enumerate(self.symbols.values()):
            symbol[k.S_BIT] = len(self.flags) + len(self.frauds) + position
        row = [0] * k.E_WIDTH
        row[k.E_KEY], row[k.E_KEYS] = len(tables.key_columns), len(self.columns)
        row[k.E_COLUMNS], row[k.E_PLACE] = self.width, self.place
        row[k.E_BITS] = len(self.flags) + len(self.frauds) + len(self.symbols)
        row[k.E_HORIZON] = self.bounds[-1]
        row[k.E_MEASURE], row[k.E_MEASURES] = len(tables.measures), len(self.measures)
        row[k.E_FLAG], row[k.E_FLAGS] = len(tables.flags), len(self.flags)
        row[k.E_FRAUD], row[k.E_FRAUDS] = len(tables.frauds), len(self.frauds)
        row[k.E_SYMBOL], row[k.E_SYMBOLS] = len(tables.symbols), len(self.symbols)
        row[k.E_BOUND], row[k.E_BOUNDS] = len(tables.bounds), len(self.bounds)
        row[k.E_FEATURE], row[k.E_FEATURES] = len(tables.features), len(features)
        row[k.E_PEAK], row[k.E_PEAKS] = len(tables.peaks), len(self.peaks)
        tables.entities.append(row)
        tables.key_columns += self.columns
        tables.measures += self.measures.values()
        tables.peaks += [self._peak(*key) for key in self.peaks]
        tables.flags += [list(flag) for flag in self.flags]
        tables.frauds += list(self.frauds)
        tables.symbols += self.symbols.values()
        tables.bounds += self.bounds
        tables.features += features

    def _filter(self, feature: Aggregate) -> int:
        return self.compiler.filters.index(feature.filter) if feature.filter else -1

    def _flag(self, condition: int, number: int = -1, place: int = 0) -> int:
        """The bit of a condition on an event, -1 where it always holds."""
        if number == self.layout.numbers.index("amount"):
            number = -1
        if condition < 0 and number < 0 and not place:
            return -1
        return self.flags.setdefault((condition, number, place), len(self.flags))

    def _measure(self, feature: Aggregate) -> tuple[int, int]:
        return self.layout.numbers.index(feature.field or "amount"), self._filter(feature)

    def _declare(self, feature: Aggregate) -> None:
        """Note what a feature needs in the ring."""
        function, condition = feature.function, self._filter(feature)
        if function in _MOMENTS or function in _EXTREMA:
            self._declare_measure(feature)
        elif function in _VALUES:
            symbol = (self.layout.hashed.index(feature.field or ""), condition)
            if symbol not in self.symbols:
                self.symbols[symbol] = [symbol[0], self._flag(condition), self._column(), 0]
        elif function in _TRAVEL:
            self._flag(condition, place=1)
            self.place = self._column() if self.place < 0 else self.place
        elif function in _OF_FRAUDS:
            self.frauds.setdefault(self._flag(condition), len(self.frauds))
        else:
            self._flag(condition)

    def _declare_measure(self, feature: Aggregate) -> None:
        number, condition = key = self._measure(feature)
        if key not in self.measures:
            self.measures[key] = [number, self._flag(condition, number), self._column(), -1]
        if feature.function in _SQUARES and self.measures[key][k.M_SQUARE] < 0:
            self.measures[key][k.M_SQUARE] = self._column(2)
        if feature.function in _EXTREMA:
            peak = (*key, _EXTREMA[feature.function][1])
            self.peaks.setdefault(peak, len(self.peaks))

    def _column(self, count: int = 1) -> int:
        self.width += count
        return self.width - count

    def _peak(self, number: int, condition: int, sign: int) -> list[int]:
        measure = self.measures[number, condition]
        return [measure[k.M_SUM], measure[k.M_FLAG], sign]

    def _feature(self, out: int, feature: Aggregate) -> list[int]:
        first = len(self.compiler.tables.bounds)
        low = first + self.bounds.index(feature.delay + feature.window)
        high = first + self.bounds.index(feature.delay)
        function, flag, item, scale = self._operands(feature)
        return [function, item, high, low, flag, out, scale]

    def _operands(self, feature: Aggregate) -> tuple[int, int, int, int]:
        """(kernel function, bit, item, scale) of a feature."""
        function, condition = feature.function, self._filter(feature)
        tables = self.compiler.tables
        if function in _MOMENTS:
            key = self._measure(feature)
            item = len(tables.measures) + list(self.measures).index(key)
            scale = self.compiler.scale(feature.field or "amount")
            return _MOMENTS[function], self.measures[key][k.M_FLAG], item, scale
        if function in _EXTREMA:
            code, sign = _EXTREMA[function]
            item = self.peaks[(*self._measure(feature), sign)]
            return code, -1, item, self.compiler.scale(feature.field or "amount")
        if function in _VALUES:
            symbol = (self.layout.hashed.index(feature.field or ""), condition)
            return _VALUES[function], -1, len(tables.symbols) + list(self.symbols).index(symbol), 1
        if function in _TRAVEL:
            return _TRAVEL[function], self._flag(condition, place=1), 0, 1
        if function not in _OF_FRAUDS:
            return _SINCE.get(function, k.F_COUNT), self._flag(condition), 0, 1
        fraud = len(self.flags) + self.frauds[self._flag(condition)]
        if function is Function.FRAUD_RATE:
            return k.F_FRAUD_RATE, self._flag(condition), fraud, 1
        return _SINCE.get(function, k.F_COUNT), fraud, 0, 1


def _vector(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _matrix(rows: list[list[int]], width: int) -> NDArray[np.int64]:
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)
