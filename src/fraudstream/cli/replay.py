"""``fraudstream replay``: decide the journal's batches again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder, Model, On, PresetName
from fraudstream.cli.report import Format, show

if TYPE_CHECKING:
    from threading import Event

    from fraudstream.config import Settings
    from fraudstream.wiring.progress import Progress
    from fraudstream.wiring.replaying import Replayed

__all__ = ["replay"]


def replay(
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="FILE|URL", help="The log that was decided."),
    ] = None,
    sink: Annotated[
        list[str] | None,
        typer.Option("--sink", metavar="URL", help="Where the journal is, as run was told."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the kept decisions; 1 if any differs.")
    ] = False,
    preset: PresetName = None,
    model: Model = None,
    home: HomeFolder = None,
    on: On = None,
    form: Form = Format.TEXT,
) -> None:
    """Decide the journal's batches again, and compare.

    Each batch is computed with the model it was decided with. Without --check
    the decisions are written to standard output as JSON lines; with it they are
    compared, bit by bit, with what the store holds, or the topic of decisions
    where there is no store.

    Examples:
      fraudstream replay --check --source tx.jsonl
      fraudstream replay --source tx.jsonl | head
      fraudstream replay --check --source kafka://host/tx --on spark://host:7077
      fraudstream replay --check --source kafka://broker/raw_transactions \\
        --sink kafka://broker/decisions
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.cli.stopping import stop_on_signal
    from fraudstream.config import load
    from fraudstream.wiring.replaying import check_log, show_log

    options = {"run.source": [source] if source else None, "preset": preset, "home": home}
    settings = load({**options, "model": model, "run.sink": sink, "run.on": on}).settings
    with stop_on_signal() as stop, show_progress() as progress:
        if settings.run.on != "local":
            done = _checked_on_cluster(settings, check, stop, progress)
        elif check:
            done = check_log(settings, stop, progress)
        else:
            show_log(settings, stop)
            return
    same = done.decisions - done.different
    show(done.figures(), f"{same:,} of {done.decisions:,} decisions are what they were", form)
    done.require_equal()


def _checked_on_cluster(
    settings: Settings, check: bool, stop: Event, progress: Progress
) -> Replayed:
    from fraudstream.errors import UsageInvalid
    from fraudstream.wiring.clustered.replaying import check_log_on

    if not check:
        raise UsageInvalid(
            "a cluster compares decisions and shows none",
            advice="Add --check, or leave out --on.",
        )
    return check_log_on(settings, stop, progress)
