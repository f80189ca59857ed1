"""``fraudstream run``: decide a stream."""

from __future__ import annotations

from typing import Annotated

import typer

from fraudstream.cli.options import HomeFolder, Model, On, PresetName
from fraudstream.cli.report import note

__all__ = ["run"]


def run(
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="FILE|-|URL", help="Where messages come from."),
    ] = None,
    sink: Annotated[
        list[str] | None,
        typer.Option(
            "--sink",
            metavar="FILE|-|URL",
            help="Where decisions go besides the store; may be given again.",
        ),
    ] = None,
    preset: PresetName = None,
    model: Model = None,
    home: HomeFolder = None,
    http: Annotated[
        str | None,
        typer.Option("--http", metavar="ADDR", help="Address of health and metrics; or off."),
    ] = None,
    on: On = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Wait for more at the end of a file that grows.")
    ] = False,
) -> None:
    """Decide each transaction of a stream; keep decisions and state.

    A decision is approve, review or decline, with its score, expected costs and
    reasons. All are kept in the store (.fraudstream/store.duckdb) and written
    to every --sink as well: a .jsonl file, or - for standard output. Bad
    messages are kept as rejects and never stop the stream.

    A file ends the run; standard input ends when it is closed. After a crash or
    Ctrl-C the same command goes on where it was: no decision is lost, doubled
    or different. Without a model every transaction is scored 0.

    Examples:
      fraudstream run --source tx.jsonl --model model --sink decisions.jsonl
      fraudstream simulate --rate 100 | fraudstream run --source - --sink -
      fraudstream run --preset bank.toml --model model --source tx.csv
      fraudstream run --on spark://host:7077 --source kafka://host/tx --sink out/
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.cli.stopping import stop_on_signal
    from fraudstream.config import load, start_logging
    from fraudstream.wiring.running import run_stream

    settings = load(
        {
            "run.source": source,
            "run.sink": sink,
            "run.http": http,
            "run.on": on,
            "preset": preset,
            "model": model,
            "home": home,
        }
    ).settings
    start_logging(settings.log)
    with stop_on_signal() as stop, show_progress() as progress:
        if settings.run.on == "local":
            done = run_stream(settings, stop, progress, follow)
        else:
            from fraudstream.wiring.clustered.running import run_on_cluster

            done = run_on_cluster(settings, stop, progress)
    note(str(done))
