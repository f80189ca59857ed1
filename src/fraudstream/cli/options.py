"""Options that several commands share, said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.cli.report import Format

__all__ = [
    "Arrival",
    "Data",
    "Form",
    "HomeFolder",
    "Labels",
    "Model",
    "On",
    "PresetName",
    "seconds",
]


def seconds(text: str) -> float:
    """A duration of the command line: ``30s``, ``5m``, ``1h``, ``7d``; a bare number is seconds.

    >>> seconds("5m"), seconds("30")
    (300.0, 30.0)
    """
    from fraudstream.schema.durations import DAY, duration_ms

    try:
        return duration_ms(text, longest=3650 * DAY) / 1000
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


PresetName = Annotated[
    str | None,
    typer.Option(
        "--preset",
        "-p",
        metavar="NAME|FILE",
        help="Preset: a built-in one by name, or a TOML file. Default: the setting, then payments.",
    ),
]
Model = Annotated[
    Path | None,
    typer.Option(
        "--model",
        "-m",
        metavar="DIR|VERSION",
        help="A folder that train wrote, a number of the registry, or champion.",
    ),
]
HomeFolder = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="State, store and models. Default: .fraudstream"),
]
Form = Annotated[
    Format, typer.Option("--format", help="The report as text, or as one JSON object.")
]
Data = Annotated[
    Path,
    typer.Argument(
        metavar="DATA",
        help="A .jsonl, .csv or .parquet file.",
    ),
]
Arrival = Annotated[
    str | None,
    typer.Option(
        "--arrival",
        metavar="log|event_time|FIELD",
        help="When events arrived: in the file's order, by event time, or as a field says.",
    ),
]
On = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="local|spark://HOST:PORT",
        help="Where to run: here, or on a Spark cluster; also 'spark:local[*]'.",
    ),
]
Labels = Annotated[
    Path | None,
    typer.Option(
        "--labels",
        metavar="FILE",
        help="A file of labels: transaction_id, is_fraud.",
    ),
]
