"""How sizes, durations, ages and lists are written in settings, whatever file they stand in."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from fraudstream.schema.durations import DAY, duration_ms

__all__ = ["Age", "Duration", "Size", "Words"]

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
