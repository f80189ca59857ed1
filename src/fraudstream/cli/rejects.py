"""Rejects: messages that could not be used, each with its reason."""

from __future__ import annotations

from typing import Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder
from fraudstream.cli.report import Format, show, table

__all__ = ["COMMANDS"]


def list_(
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="REASON", help="Only this reason.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Newest first.")] = 20,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """List the newest rejects.

    Examples:
      fraudstream rejects list
      fraudstream rejects list --reason duplicate --limit 100
    """
    from fraudstream.config import load
    from fraudstream.wiring.asking import newest_rejects

    rows = newest_rejects(load({"home": home}).settings, reason, limit)
    lines = [
        [
            f"{r['source_partition']}:{r['source_offset']}",
            r["reason"],
            r["field"] or "",
            r["detail"],
        ]
        for r in rows
    ]
    show({"rejects": rows}, table(["place", "reason", "field", "detail"], lines), form)


def show_(
    place: Annotated[
        str, typer.Argument(metavar="PARTITION:OFFSET", help="Its place in the log, as list says.")
    ],
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Show one reject with its raw bytes; card numbers in it are masked.

    Examples:
      fraudstream rejects show 0:4711
    """
    from fraudstream.config import load
    from fraudstream.wiring.asking import one_reject

    partition, _, offset = place.partition(":")
    if not (partition.isdigit() and offset.isdigit()):
        raise typer.BadParameter(f'"{place}" is not a place; write for example 0:4711')
    reject = one_reject(load({"home": home}).settings, int(partition), int(offset))
    show(reject, "\n".join(f"{name}: {value}" for name, value in reject.items()), form)


COMMANDS = (list_, show_)
