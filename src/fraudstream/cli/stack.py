"""Kafka, PostgreSQL, engine, producers, Prometheus, here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder, Model, PresetName, seconds
from fraudstream.cli.report import Format, keep, note, show, table

if TYPE_CHECKING:
    from fraudstream.wiring.stacking.checking import StackCheck
    from fraudstream.wiring.stacking.status import Standing

__all__ = ["COMMANDS"]


DAY_SECONDS = 86_400


class Decider(StrEnum):
    """Where transactions are decided."""

    LOCAL = "local"
    SPARK = "spark"


def up(
    on: Annotated[
        Decider | None,
        typer.Option("--on", help="Who decides: one process, or a Spark cluster. Default: local"),
    ] = None,
    preset: PresetName = None,
    model: Model = None,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate", metavar="N", min=0.01, max=1_000, help="Transactions a second. Default: 1"
        ),
    ] = None,
    customers: Annotated[
        int | None,
        typer.Option(
            "--customers", metavar="N", min=10, help="How many the bank has. Default: 2000"
        ),
    ] = None,
    history: Annotated[
        float | None,
        typer.Option(
            "--history",
            metavar="TIME",
            parser=seconds,
            help="How much of the past is sent first. Default: 10d",
        ),
    ] = None,
    usual_ports: Annotated[
        bool | None,
        typer.Option(
            "--usual-ports/--any-ports",
            help="9092, 5432, 9090, 8710 where those are free, or any. Default: usual",
        ),
    ] = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Start the whole stack on this machine, without Docker.

    Starts Apache Kafka, PostgreSQL (with TimescaleDB where that is installed),
    trains a model unless one is named, sends some days of history, then starts
    the engine (or Spark's master, two workers and the job), Prometheus, a
    producer of genuine transactions and one of attackers. Returns when live
    decisions are in the database; all of it goes on in the background until
    stack down. Given again, it starts what has stopped.

    Programs that are missing are installed where it runs as root or CI=true;
    elsewhere the one command to type is printed. Everything listens on this
    machine only. Where a usual port is taken, another one is found.

    Data, logs and a fraudstream.toml are in HOME/stack: commands given there are
    about the stack.

    Examples:
      fraudstream stack up
      fraudstream stack up --rate 5
      fraudstream stack up --on spark
      cd .fraudstream/stack && fraudstream rejects list
    """
    from fraudstream.cli.waiting import waiting_for
    from fraudstream.config import Home, load
    from fraudstream.wiring.stacking.plan import folder_in
    from fraudstream.wiring.stacking.raising import ADVICE, Teller, bring_up
    from fraudstream.wiring.stacking.status import standings

    settings = load({"home": home, "preset": preset}).settings
    asked = {
        "on": on.value if on else None,
        "preset": preset,
        "model": str(model.absolute()) if model else None,
        "rate": rate,
        "customers": customers,
        "history": None if history is None else history / DAY_SECONDS,
        "usual_ports": usual_ports,
    }
    wanted = {name: value for name, value in asked.items() if value is not None}
    try:
        bring_up(
            Home(settings.home).made().folder, settings.preset, wanted, Teller(note, waiting_for)
        )
    except KeyboardInterrupt:
        note(ADVICE)
        raise
    _show(standings(folder_in(settings.home)), form)
    note("Next: fraudstream stack check; end it: fraudstream stack down")


def status(home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """Show what runs where; 1 unless all of it is healthy.

    Examples:
      fraudstream stack status
      fraudstream stack status --format json
    """
    from fraudstream.config import load
    from fraudstream.errors import CheckFailed, Problem
    from fraudstream.wiring.stacking.plan import folder_in
    from fraudstream.wiring.stacking.status import standings

    found = standings(folder_in(load({"home": home}).settings.home))
    _show(found, form)
    ill = [standing for standing in found if standing.state != "healthy"]
    if ill:
        raise CheckFailed(
            f"{len(ill)} of {len(found)} parts of the stack do not work.",
            [Problem(standing.state, standing.name) for standing in ill],
            "Look: fraudstream stack logs NAME; start what is stopped: fraudstream stack up",
        )


def check(
    wait: Annotated[
        float | None,
        typer.Option(
            "--wait", metavar="TIME", parser=seconds, help="Ask again for so long until it agrees."
        ),
    ] = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Ask every dashboard panel's query, and check its answer.

    Shows for each panel how many rows there are, the newest time in them, and
    whether the answer agrees with what the producers sent: the topics are read,
    the tables are made from them anew, and each query is asked again over those.
    Counts too what became of every message that was sent. The same goes to
    reports/stack.json (docs/reports.md). Ends with 1 unless everything agrees.

    Examples:
      fraudstream stack check
      fraudstream stack check --wait 2m --format json
    """
    from fraudstream.config import load
    from fraudstream.errors import CheckFailed, Problem
    from fraudstream.wiring.stacking.checking import checked_within
    from fraudstream.wiring.stacking.plan import folder_in, known_plan

    folder = folder_in(load({"home": home}).settings.home)
    known_plan(folder)
    note("Asking each panel's query, and again over what was sent")
    found = checked_within(folder, wait or 0.0)
    keep("stack", found.as_dict())
    show(found.as_dict(), _told(found), form)
    if not found.ok:
        raise CheckFailed(
            "The stack does not show what it should.",
            [Problem(text) for text in found.problems()],
            "What works: fraudstream stack status; why not: fraudstream stack logs NAME",
        )


def logs(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A part, as status shows it.")],
    lines: Annotated[int, typer.Option("--lines", metavar="N", min=1, help="How many.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what is added.")] = False,
    home: HomeFolder = None,
) -> None:
    """Print the end of a part's log.

    Examples:
      fraudstream stack logs engine
      fraudstream stack logs kafka-1 --lines 200 --follow
    """
    from fraudstream.cli.stopping import stop_on_signal
    from fraudstream.config import load
    from fraudstream.wiring.stacking.plan import folder_in
    from fraudstream.wiring.stacking.status import last_lines, log_of

    path = log_of(folder_in(load({"home": home}).settings.home), name)
    size = path.stat().st_size
    print("\n".join(last_lines(path, lines)), flush=True)
    with stop_on_signal() as stop, path.open(encoding="utf-8", errors="replace") as file:
        file.seek(size)
        while follow and not stop.wait(0.2):
            print(file.read(), end="", flush=True)


def down(
    keep_data: Annotated[
        bool, typer.Option("--keep", help="Keep data and model for the next stack up.")
    ] = False,
    home: HomeFolder = None,
) -> None:
    """Stop the stack and delete its data; nothing of it is left behind.

    Finds everything that runs, whoever started it and even if stack up was
    killed.

    Examples:
      fraudstream stack down
      fraudstream stack down --keep
    """
    from fraudstream.config import load
    from fraudstream.wiring.stacking.plan import folder_in
    from fraudstream.wiring.stacking.raising import take_down

    stopped = take_down(folder_in(load({"home": home}).settings.home), keep_data)
    note(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing ran.")


def _show(found: list[Standing], form: Format) -> None:
    head = ["name", "state", "pid", "where"]
    rows = [[s.name, s.state, str(s.pid or ""), s.where] for s in found]
    show({"parts": [s.as_dict() for s in found]}, table(head, rows), form)


def _told(found: StackCheck) -> str:
    head = ["dashboard", "panel", "rows", "newest", "agrees"]
    rows = [
        [panel.dashboard, panel.title, panel.rows, panel.newest or "", _word(panel.agrees)]
        for panel in found.panels
    ]
    became = "\n".join(f"{name:<16} {count:>10,}" for name, count in found.messages().items())
    return f"{became}\n\n{table(head, rows)}"


def _word(agrees: bool | None) -> str:
    return "" if agrees is None else "yes" if agrees else "NO"


COMMANDS = (up, status, check, logs, down)
