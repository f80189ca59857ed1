"""What the names in a preset mean while it is being read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fraudstream.schema.filters import Filter
from fraudstream.schema.nearest import did_you_mean, listed
from fraudstream.schema.preset import Field, FieldType

__all__ = ["NAME", "NAME_ADVICE", "Scope"]

NAME = r"[a-z][a-z0-9_]{0,47}"
"""What we call things: also columns in stores and words in rules, hence plain."""
NAME_ADVICE = "names are lower case letters, digits and underscores, at most 48, a letter first"

_VALUES = (FieldType.TEXT, FieldType.ENUM, FieldType.COUNTRY)


@dataclass(frozen=True, slots=True)
class Scope:
    """Fields, entities and filters by name, broken ones included so that they complain once."""

    fields: Mapping[str, Field]
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)

    def unknown_field(self, name: str) -> str:
        """The complaint about a field that is not declared."""
        return f'unknown field "{name}"{did_you_mean(name, self.fields)}'

    def number_field(self, name: str) -> str:
        """What is wrong with ``name`` as a number to sum; empty if nothing."""
        if name not in self.fields:
            return self.unknown_field(name)
        if self.fields[name].type in (FieldType.MONEY, FieldType.NUMBER):
            return ""
        numbers = [f.name for f in self.fields.values() if f.type is FieldType.NUMBER]
        return f'"{name}" is not a number; write one of {listed(["amount", *numbers])}'

    def value_field(self, name: str) -> tuple[str, str]:
        """The field that ``name`` (a field or a single-field entity) means, and what is wrong."""
        key = self.entities.get(name, (name,))
        if len(key) > 1:
            return name, f'"{name}" is a joint key; write one of its fields: {listed(key)}'
        target = key[0] if key else name
        if target not in self.fields:
            known = (*self.fields, *self.entities)
            return name, f'unknown field or entity "{name}"{did_you_mean(name, known)}'
        if self.fields[target].type not in _VALUES:
            return (
                target,
                f'"{name}" is of type {self.fields[target].type}; only texts have values to count',
            )
        return target, ""
