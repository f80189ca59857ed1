"""Joining the layers into checked settings, keeping where each value came from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from fraudstream.config.layers import FILE_NAME, Found, from_environment, from_file, is_secret
from fraudstream.config.settings import Settings
from fraudstream.errors import Problem, SettingsInvalid
from fraudstream.schema.nearest import did_you_mean

__all__ = ["Loaded", "load", "names"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings and, by dotted name, who set each one that is not a default."""

    settings: Settings
    found: Mapping[str, Found]

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Name, value and origin of every setting; secrets hidden."""
        for name, value in _leaves(self.settings):
            origin = self.found[name].origin if name in self.found else "default"
            yield name, _shown(name, value), origin


def load(
    options: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Loaded:
    """Settings of a command: its ``options`` by dotted name (None = not given) win.

    ``environment`` is the process's and ``folder`` the current one unless given. Raises
    ``SettingsInvalid`` with every problem found.
    """
    found = {
        **from_file((folder or Path()) / FILE_NAME),
        **from_environment(os.environ if environment is None else environment),
        **{
            name: Found(value, f"--{name.rpartition('.')[2].replace('_', '-')}")
            for name, value in (options or {}).items()
            if value is not None and value != ()
        },
    }
    try:
        settings = Settings.model_validate(_nested(found))
    except ValidationError as error:
        raise SettingsInvalid(
            f"{error.error_count()} settings cannot be used."
            if error.error_count() > 1
            else "A setting cannot be used.",
            [
                _problem(".".join(map(str, e["loc"])), e["type"], e["msg"], found)
                for e in error.errors()
            ],
            "Nothing was started. Check again: fraudstream config check",
        ) from None
    return Loaded(settings, found)


def names() -> list[str]:
    """Dotted names of all settings."""
    return [name for name, _ in _leaves(Settings())]


def _leaves(table: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key in type(table).model_fields:
        value = getattr(table, key)
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{prefix}{key}.")
        elif isinstance(value, Mapping):
            yield from ((f"{prefix}{name}", each) for name, each in value.items())
        else:
            yield f"{prefix}{key}", value


def _nested(found: Mapping[str, Found]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, item in found.items():
        *tables, key = name.split(".")
        place = document
        for table in tables:
            place = place.setdefault(table, {})
        place[key] = item.value
    return document


def _problem(name: str, kind: str, message: str, found: Mapping[str, Found]) -> Problem:
    item = next((f for n, f in found.items() if n == name or name.startswith(f"{n}.")), None)
    if kind == "extra_forbidden":
        message = f"there is no such setting{did_you_mean(name, names())}"
    text = f"{name}: {message.removeprefix('Value error, ')}"
    place = item.place if item else None
    return Problem(
        text,
        item.origin if item else None,
        place.line if place else None,
        place.column if place else None,
    )


def _shown(name: str, value: Any) -> str:
    if value is None or value == "" or value == ():
        return "-"
    if is_secret(name) and name != "store.url":
        return "(hidden)"
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    password = urlsplit(text).password if "://" in text else None
    return text.replace(f":{password}@", ":***@") if password else text
