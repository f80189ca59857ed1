"""``[[features]]``: blocks of entities, windows and aggregates become features with names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fraudstream.schema.document import Item, Table
from fraudstream.schema.durations import duration_ms
from fraudstream.schema.features import Aggregate, Function
from fraudstream.schema.grammar import (
    OVER_NUMBERS,
    OVER_VALUES,
    Written,
    Wrong,
    feature_name,
    parse_aggregate,
)
from fraudstream.schema.nearest import did_you_mean, listed
from fraudstream.schema.scope import Scope

__all__ = ["read_features"]

_PLACES = (Function.KM_FROM_LAST, Function.KMH_FROM_LAST)
_MOST = 1_000
"""Features of one preset; a bound on what one event may cost."""
_LONGEST_NAME = 120


@dataclass(slots=True)
class _Found:
    """Features so far, and the line that made each name and each meaning."""

    scope: Scope
    features: list[Aggregate] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    meanings: dict[Aggregate, tuple[str, int]] = field(default_factory=dict)

    def add(self, feature: Aggregate, item: Item) -> None:
        """Keep a feature unless its name or its meaning is there already."""
        meaning = Aggregate("", *_meaning(feature))
        if feature.name in self.names:
            item.note(
                f'"{feature.name}" is defined twice: here and in line {self.names[feature.name]}'
            )
        elif meaning in self.meanings:
            other, line = self.meanings[meaning]
            item.note(f'"{feature.name}" is the same as "{other}" in line {line}')
        elif feature.name in self.scope.fields:
            item.note(f'"{feature.name}" is also the name of a field; rename the field')
        else:
            self.names[feature.name] = item.line
            self.meanings[meaning] = (feature.name, item.line)
            self.features.append(feature)


def read_features(root: Table, scope: Scope) -> tuple[Aggregate, ...]:
    """The aggregates of all blocks, in the order in which they are written."""
    found = _Found(scope)
    for block in root.tables("features"):
        for feature, item in _read_block(block, scope):
            found.add(feature, item)
        block.close()
    if len(found.features) > _MOST:
        root.note("features", f"{len(found.features):,} features; at most {_MOST:,}", at_key=True)
    return tuple(found.features)


def _meaning(feature: Aggregate) -> tuple[str, Function, int, str | None, str | None, int]:
    return (
        feature.entity,
        feature.function,
        feature.window,
        feature.field,
        feature.filter,
        feature.delay,
    )


def _read_block(block: Table, scope: Scope) -> Iterator[tuple[Aggregate, Item]]:
    entities = _read_entities(block, scope)
    windows = _read_windows(block)
    items = block.items("aggregates", or_one=True)
    if not items and not _has_wrong_type(block, "aggregates"):
        block.note("aggregates", 'a block of features needs aggregates = ["count", ...]')
    resolved = [_resolve(item, scope) for item in items]
    for entity in entities:
        for item, known in zip(items, resolved, strict=True):
            if known and _suits(entity, known, item, scope):
                yield from _spread(entity, known, windows, item)


def _has_wrong_type(block: Table, key: str) -> bool:
    return key in block and not isinstance(block.raw(key), list)


def _read_entities(block: Table, scope: Scope) -> list[str]:
    items = block.items("entity", or_one=True)
    if not items:
        block.note("entity", 'a block of features needs entity = "account" or a list')
    for item in items:
        if item.text not in scope.entities:
            meant = did_you_mean(item.text, scope.entities)
            item.note(f'unknown entity "{item.text}"{meant}')
    return [item.text for item in items if item.text in scope.entities]


def _read_windows(block: Table) -> list[int] | None:
    """The windows of a block; None if it has none of its own."""
    values = block.raw("windows")
    windows: list[int] = []
    if values is None:
        return None
    if not isinstance(values, list):
        block.note("windows", 'windows must be a list such as ["1h", "24h"]')
        return windows
    for index, value in enumerate(values):
        path = (*block.path, "windows", index)
        try:
            window = duration_ms(value)
        except ValueError as wrong:
            block.document.note(str(wrong), path)
            continue
        if window in windows:
            block.document.note(f'window "{value}" is listed twice', path)
            continue
        windows.append(window)
    return windows


def _resolve(item: Item, scope: Scope) -> tuple[Written, str | None] | None:
    """What was written and the field its argument means; None after noting what is wrong."""
    try:
        written = parse_aggregate(item.text)
        return written, _field(written, scope)
    except Wrong as wrong:
        item.note(str(wrong), wrong.within)
        return None


def _field(written: Written, scope: Scope) -> str | None:
    if written.filter and written.filter not in scope.filters:
        meant = did_you_mean(written.filter, scope.filters)
        raise Wrong(f'unknown filter "{written.filter}"{meant}', written.marks[1])
    if written.function in _PLACES and not {"lat", "lon"} <= set(scope.fields):
        raise Wrong(f'{written.function} needs the fields "lat" and "lon"')
    if not written.argument:
        return None
    if written.function in OVER_NUMBERS:
        field, problem = written.argument, scope.number_field(written.argument)
    else:
        field, problem = scope.value_field(written.argument)
    if problem:
        raise Wrong(problem, written.marks[0])
    return field


def _suits(entity: str, known: tuple[Written, str | None], item: Item, scope: Scope) -> bool:
    """Whether the aggregate says anything about this entity."""
    written, field = known
    key = scope.entities[entity]
    if written.function not in OVER_VALUES or field not in key:
        return True
    others = [name for name in scope.entities if field not in scope.entities[name]]
    advice = f"; leave it out, or ask it of {listed(others)}" if others else "; leave it out"
    item.note(f'every "{entity}" has just one "{written.argument}"{advice}', written.marks[0])
    return False


def _spread(
    entity: str, known: tuple[Written, str | None], windows: list[int] | None, item: Item
) -> Iterator[tuple[Aggregate, Item]]:
    """A feature for every window that applies."""
    written, field = known
    own = [written.window] if written.window else windows
    if own is None:
        item.note('no window: write "over 24h" after it, or windows = ["1h", "24h"] in its block')
    for window in own or ():
        name = feature_name(entity, written, window)
        if len(name) > _LONGEST_NAME:
            item.note(f'the name "{name}" is too long; shorten the names it is made of')
            continue
        place = (entity, written.function, window)
        yield Aggregate(name, *place, field, written.filter, written.delay), item
