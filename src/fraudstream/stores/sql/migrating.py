"""Which migrations a database lacks: numbered SQL files, each applied once, in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from fraudstream.errors import Problem, SchemaIncompatible

__all__ = ["SHARED", "Migration", "lacking", "migrations_in"]

SHARED = files("fraudstream.stores.sql") / "migrations"
"""Migrations that every database takes."""


@dataclass(frozen=True, slots=True, order=True)
class Migration:
    """A step from one layout of the tables to the next; names are sorted to give the order."""

    name: str
    sql: str


def migrations_in(*folders: Traversable) -> tuple[Migration, ...]:
    """The migrations of several folders, in order."""
    found = [file for folder in folders for file in folder.iterdir()]
    steps = [Migration(f.name, f.read_text(encoding="utf-8")) for f in found if _is_sql(f)]
    return tuple(sorted(steps))


def lacking(known: Iterable[Migration], applied: Iterable[str]) -> list[Migration]:
    """What is still to be applied; raises ``SchemaIncompatible`` if the database is newer."""
    held, steps = set(applied), list(known)
    if unknown := sorted(held - {step.name for step in steps}):
        raise SchemaIncompatible(
            "The store was written by a newer version of fraudstream.",
            [Problem(f"it has {name}, which this version does not know") for name in unknown],
            "Upgrade fraudstream; nothing was changed.",
        )
    return [step for step in steps if step.name not in held]


def _is_sql(file: Traversable) -> bool:
    return file.name.endswith(".sql")
