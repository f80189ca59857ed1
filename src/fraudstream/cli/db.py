"""Database: migrate its tables, look at them, prune old rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from fraudstream.cli.options import Form, HomeFolder, PresetName, seconds
from fraudstream.cli.report import Format, show

__all__ = ["COMMANDS"]

Database = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="postgresql://... or duckdb:PATH. Default: the store of the settings.",
    ),
]


def migrate(
    url: Database = None,
    preset: PresetName = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Bring an empty or older database to the tables of this version.

    Each step is applied wholly or not at all, and once, also where two do it at
    the same time. A database of a newer version is refused (5). Where
    TimescaleDB is installed, transactions become a hypertable, and [store]
    retention and compress_after become its policies, anew with each call.

    A password belongs into FRAUDSTREAM_STORE__URL, not onto the command line.

    Examples:
      fraudstream db migrate
      fraudstream db migrate --url postgresql://me@localhost/fraud
    """
    from fraudstream.wiring.databases import migrated

    figures = migrated(_settings(url, preset, home))
    applied = "\n".join(figures["applied"]) or "the tables are up to date"
    policies = "\nretention and compression are set" if figures["policies"] else ""
    show(figures, applied + policies, form)


def status(
    url: Database = None,
    preset: PresetName = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Show what the database has, lacks and holds.

    Ends with 1 if its tables are not up to date.

    Examples:
      fraudstream db status
      fraudstream db status --url postgresql://me@localhost/fraud --format json
    """
    from fraudstream.errors import CheckFailed
    from fraudstream.wiring.databases import status as status_of

    figures = status_of(_settings(url, preset, home))
    show(figures, _lines(figures), form)
    if figures["lacking"]:
        raise CheckFailed("The tables are not up to date.", advice="Run: fraudstream db migrate")


def prune(
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="AGE", help="400d. Default: [store] retention."),
    ] = None,
    url: Database = None,
    preset: PresetName = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Delete what is older than an age.

    Transactions go by their event time, everything else by when it came. The
    newest profile of each account and the counts per minute stay. Less than
    the preset's longest window is never deleted. Of a hypertable whole days
    go. Run it from cron where there is no TimescaleDB.

    Examples:
      fraudstream db prune --older-than 400d
    """
    from fraudstream.wiring.databases import pruned

    age = round(1000 * seconds(older_than)) if older_than else None
    figures = pruned(_settings(url, preset, home), age)
    show(figures, _lines(figures), form)


COMMANDS = (migrate, status, prune)


def _settings(url: str | None, preset: str | None, home: Any) -> Any:
    from fraudstream.config import load

    return load({"store.url": url, "preset": preset, "home": home}).settings


def _lines(figures: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {_text(value)}" for name, value in figures.items())


def _text(value: Any) -> str:
    match value:
        case list():
            return ", ".join(value) or "-"
        case int():
            return f"{value:,}"
        case None:
            return "-"
        case _:
            return str(value)
