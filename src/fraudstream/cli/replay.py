"""``fraudstream replay``: decide the journal's batches again."""

from __future__ import annotations

from typing import Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder, Model, PresetName
from fraudstream.cli.report import Format, show

__all__ = ["replay"]


def replay(
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="FILE|URL", help="The log that was decided."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the kept decisions; 1 if any differs.")
    ] = False,
    preset: PresetName = None,
    model: Model = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Decide the journal's batches again, and compare.

    Each batch is computed with the model it was decided with. Without --check
    the decisions are written to standard output as JSON lines; with it they are
    compared, bit by bit, with what the store holds.

    Examples:
      fraudstream replay --check --source tx.jsonl
      fraudstream replay --source tx.jsonl | head
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.cli.stopping import stop_on_signal
    from fraudstream.config import load
    from fraudstream.wiring.replaying import check_log, show_log

    options = {"run.source": [source] if source else None, "preset": preset, "home": home}
    settings = load({**options, "model": model}).settings
    with stop_on_signal() as stop, show_progress() as progress:
        if not check:
            show_log(settings, stop)
            return
        done = check_log(settings, stop, progress)
    same = done.decisions - done.different
    show(done.figures(), f"{same:,} of {done.decisions:,} decisions are what they were", form)
    done.require_equal()
