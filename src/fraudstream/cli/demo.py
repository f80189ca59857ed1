"""``fraudstream demo``: a simulated bank under attack, live."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder, seconds
from fraudstream.cli.report import Format, keep, note, show

__all__ = ["demo"]

UNWATCHED = 30.0
"""Seconds after which a demo ends that no terminal shows."""


def demo(
    duration: Annotated[
        float | None,
        typer.Option("--duration", metavar="TIME", parser=seconds, help="End after 30s, 5m, 1h."),
    ] = None,
    rate: Annotated[
        float,
        typer.Option("--rate", metavar="N", min=1, max=1_000_000, help="Transactions a second."),
    ] = 1_000,
    customers: Annotated[
        int,
        typer.Option(
            "--customers", metavar="N", min=200, max=100_000, help="How many the bank has."
        ),
    ] = 2_000,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Of the bank and its history.")
    ] = 1,
    attack_seed: Annotated[
        int, typer.Option("--attack-seed", metavar="N", help="Of the live attackers.")
    ] = 2,
    http: Annotated[
        str | None, typer.Option("--http", metavar="ADDR", help="Where explain asks.")
    ] = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Watch a simulated bank being attacked, live.

    The first start simulates 45 days of history, trains a model on them and
    keeps both in the folder demo in the home folder; later starts go straight
    to the live bank. Its attackers are strangers to the model. Bank time runs
    faster than the clock, so that attacks that last days can be seen.

    Shown are throughput, latency, decisions, the latest alerts with reasons,
    money saved and missed, good customers stopped, and how many transactions of
    each attack were caught and when first. Ctrl-C ends it with a scorecard,
    which is also written to reports/demo.json (docs/reports.md). Without a
    terminal there are plain lines, and it ends after 30 seconds.

    Examples:
      fraudstream demo
      fraudstream demo --duration 30 --format json
      fraudstream demo --rate 5000 --customers 10000 --attack-seed 7
    """
    commanded = time.monotonic()
    from fraudstream.cli.live import watch, why
    from fraudstream.cli.progress import show_progress
    from fraudstream.cli.scored import scorecard
    from fraudstream.cli.stopping import stop_on_signal
    from fraudstream.config import Home, load
    from fraudstream.engine import owning
    from fraudstream.wiring.demonstration import Demo, prepare, start

    settings = load({"home": home, "run.http": http}).settings
    wanted = Demo(
        Home(settings.home).made().demo, settings.run.http, rate, customers, seed, attack_seed
    )
    if duration is None and not sys.stderr.isatty():
        duration = UNWATCHED
    with stop_on_signal() as stop, owning(wanted.home):
        with show_progress() as progress:
            prepared = prepare(wanted, progress, stop)
        if prepared is None:
            note("Stopped before the bank had opened; what is compiled is kept.")
            return
        with start(prepared, stop, commanded) as live:
            watch(live, duration)
    figures = live.figures()
    show(figures, scorecard(figures), form)
    note(f"\nWritten: {keep('demo', figures)}")
    if live.card.alerts:
        note(f"Why was that?  {why(live)}")
