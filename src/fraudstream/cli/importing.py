"""What the commands that import have in common."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from fraudstream.cli.report import Format, note, show

if TYPE_CHECKING:
    from fraudstream.wiring.importing.job import Imported

__all__ = ["Again", "From", "SkipBad", "Table", "To", "told"]

From = Annotated[
    str,
    typer.Argument(
        metavar="FROM", help="A .csv, .jsonl or .parquet file, kafka://H/TOPIC, postgresql://..."
    ),
]
Table = Annotated[
    str | None,
    typer.Option("--table", metavar="NAME", help="Of a database: the table or view to read."),
]
To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="FILE|-|URL",
        help="The log that they enter. Default: the one that the engine reads ([run] source).",
    ),
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Name bad rows and leave them out.")]
Again = Annotated[bool, typer.Option("--again", help="Write what the store has already, too.")]


def told(done: Imported, form: Format) -> None:
    """Show what became of the rows; on standard error where the messages took the other one."""
    for problem in done.bad:
        note(str(problem))
    text = (
        f"{done.written:,} of {done.rows:,} rows written to {done.log}; "
        f"{done.known:,} were known, {done.repeated:,} repeated others, {len(done.bad):,} were bad"
    )
    if done.log == "standard output":
        print(text, file=sys.stderr)
    else:
        show(done.figures(), text, form)
