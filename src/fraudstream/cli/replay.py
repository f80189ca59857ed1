"""``fraudstream replay``: decide the journal's batches again."""

from __future__ import annotations

from typing import Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder, PresetName
from fraudstream.cli.report import Format, show

__all__ = ["replay"]


def replay(
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="FILE|URL", help="The log. Default: the run's own."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the kept decisions; 1 if any differs.")
    ] = False,
    preset: PresetName = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Decide the journal's batches again, and compare.

    Each batch is computed with the model it was decided with. Without --check
    the decisions are written to standard output as JSON lines; with it they are
    compared, bit by bit, with what the store holds.

    Examples:
      fraudstream replay --check
      fraudstream replay | head
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.cli.stopping import stop_on_signal
    from fraudstream.config import load
    from fraudstream.errors import CheckFailed
    from fraudstream.wiring.replaying import replay_log

    settings = load({"preset": preset, "home": home}).settings
    with stop_on_signal() as stop, show_progress() as progress:
        done = replay_log(settings, source, check, stop, progress)
    if check:
        show(done.as_dict(), str(done), form)
    if check and done.different:
        raise CheckFailed(
            f"{done.different:,} of {done.decisions:,} decisions differ from the store.",
            done.problems,
            "The log, the journal or a model has been changed since they were made.",
        )
