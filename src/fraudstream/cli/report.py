"""Results on standard output, as text for people or JSON for programs; notes on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from fraudstream.errors import Problem, StorageFailed

__all__ = ["Format", "keep", "note", "show", "table", "warn"]


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"


def show(figures: Mapping[str, Any], text: str, form: Format) -> None:
    """Print a report: ``figures`` as one JSON object, or ``text``."""
    print(json.dumps(figures, ensure_ascii=False) if form is Format.JSON else text)


def note(text: str) -> None:
    """Tell the person at the terminal something that is not data."""
    print(text, file=sys.stderr, flush=True)


def warn(text: str) -> None:
    """Tell the person what they may have overlooked, if there is anything."""
    if text:
        note(f"warning: {text}")


def keep(name: str, figures: Mapping[str, Any]) -> Path:
    """Write figures to ``reports/NAME.json``, from which the tables in docs are made."""
    path = Path("reports") / f"{name}.json"
    text = json.dumps(figures, indent=2, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageFailed(
            "The report could not be written.",
            [Problem(error.strerror or str(error), str(path))],
            "Make the folder reports writable, or run this in another folder.",
        ) from error
    return path


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns as wide as their widest cell; numbers to the right.

    >>> print(table(["entity", "keys"], [["account", 12], ["device", 7]]))
    entity   keys
    account    12
    device      7
    """
    numeric = [True] * len(head)
    cells = []
    for row in rows:
        numeric = [
            n and isinstance(cell, int | float) for n, cell in zip(numeric, row, strict=True)
        ]
        cells.append([f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row])
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in [list(head), *cells]
    )
