"""How sizes, durations, ages and lists are written in settings, whatever file they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from fraudstream.schema.durations import DAY, duration_ms

__all__ = ["Age", "Duration", "Size", "Words", "dotted"]

_SIZE = re.compile(r"(\d+)\s*([KMGT]?)i?B?", re.IGNORECASE)


def _bytes(value: object) -> object:
    """``"4GB"`` to bytes (powers of 1024); a bare number is bytes."""
    if not isinstance(value, str) or not (match := _SIZE.fullmatch(value.strip())):
        if isinstance(value, str):
            raise ValueError(f'"{value}" is not a size; write "4GB" (B KB MB GB TB)')
        return value
    return int(match[1]) << (10 * " KMGT".index(match[2].upper() or " "))


def _words(value: object) -> object:
    """A text of several words to a list, so that lists fit into one environment variable.

    Commas stay: ``kafka://h1:9092,h2:9092/raw_transactions,labels`` is one word.
    """
    return value.split() if isinstance(value, str) else value


def _milliseconds(value: object) -> object:
    """``"30s"`` to ms; a bare number is seconds."""
    return duration_ms(value, longest=DAY) if isinstance(value, str | int) else value


def _age(value: object) -> object:
    """``"90d"`` to ms; ``never`` is 0."""
    if value in (0, "0", "", "never"):
        return 0
    return duration_ms(value, longest=3650 * DAY) if isinstance(value, str | int) else value


Size = Annotated[int, BeforeValidator(_bytes), Field(ge=0)]
Duration = Annotated[int, BeforeValidator(_milliseconds)]
Age = Annotated[int, BeforeValidator(_age)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


def dotted(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Keys with dots, which are tables to TOML, brought back together; values as text.

    >>> dict(dotted({"ssl": {"ca": {"location": "ca.pem"}}, "check.crcs": True}))
    {'ssl.ca.location': 'ca.pem', 'check.crcs': 'true'}
    """
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from dotted(value, f"{above}{key}.")
        else:
            yield above + key, str(value).lower() if isinstance(value, bool) else str(value)
