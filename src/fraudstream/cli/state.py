"""State: what the engine remembers, in its newest checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from fraudstream.cli.options import Form, HomeFolder, PresetName
from fraudstream.cli.report import Format, note, show

__all__ = ["COMMANDS"]

Sinks = Annotated[
    list[str] | None,
    typer.Option("--sink", metavar="URL", help="Where the journal is, as run was told."),
]


def show_(home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """Show the newest checkpoint: batch, position, features, size.

    Examples:
      fraudstream state show
    """
    from fraudstream.config import load
    from fraudstream.wiring.states import newest_state

    _tell(newest_state(load({"home": home}).settings), form)


def verify(
    preset: PresetName = None,
    sink: Sinks = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Check that the newest checkpoint fits preset and journal.

    No engine may run on the home folder's embedded store meanwhile.

    Examples:
      fraudstream state verify
      fraudstream state verify --preset payments --sink postgresql://db/fraud
    """
    from fraudstream.config import load
    from fraudstream.wiring.states import verified

    settings = load({"home": home, "preset": preset, "run.sink": sink}).settings
    _tell(verified(settings), form)


def rebuild(
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="FILE|-|URL", help="The log, as run reads it."),
    ] = None,
    preset: PresetName = None,
    sink: Sinks = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Make the state anew from the log, for features that were changed.

    Stop the engine first. The messages of every batch of the journal go through
    the preset's present features; decisions already made stay as they are. The
    source is the log itself (a file, Kafka) or, where Kafka has forgotten, the
    database that keeps the events (postgresql://...).

    Examples:
      fraudstream state rebuild --preset bank.toml --source tx.jsonl
      fraudstream state rebuild --source kafka://broker:9092/raw_transactions
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.cli.stopping import stop_on_signal
    from fraudstream.config import load
    from fraudstream.wiring.states import rebuilt

    options = {"home": home, "preset": preset, "run.source": source, "run.sink": sink}
    settings = load(options).settings
    with stop_on_signal() as stop, show_progress() as progress:
        figures = rebuilt(settings, stop, progress)
    _tell(figures, form)
    note("The next start goes on from this state.")


def _tell(figures: Mapping[str, Any], form: Format) -> None:
    show(figures, "\n".join(f"{name}: {value}" for name, value in figures.items()), form)


COMMANDS = (show_, verify, rebuild)
