"""A local Spark cluster, to try things on."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder
from fraudstream.cli.report import Format, note, show, table
from fraudstream.errors import CheckFailed

if TYPE_CHECKING:
    from fraudstream.wiring.clusters import Status

__all__ = ["COMMANDS"]


def up(
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="How many workers.")] = 2,
    cores: Annotated[int, typer.Option("--cores", min=1, help="Cores of each worker.")] = 1,
    memory: Annotated[
        str, typer.Option("--memory", metavar="SIZE", help="Memory of each worker: 1g, 512m.")
    ] = "1g",
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Start a master and workers on this machine.

    They run until down, from the PySpark that is installed here, and listen on
    this machine only. Ports: 7077 and 8080 and up where those are free.

    Examples:
      fraudstream spark cluster up --workers 2
      fraudstream run --on spark://127.0.0.1:7077 ...
    """
    from fraudstream.config import load
    from fraudstream.wiring.clusters import Size, cluster_up

    status = cluster_up(load({"home": home}).settings, Size(workers, cores, memory))
    _show(status, form)


def down(home: HomeFolder = None) -> None:
    """Stop the master and the workers.

    Examples:
      fraudstream spark cluster down
    """
    from fraudstream.config import load
    from fraudstream.wiring.clusters import cluster_down

    stopped = cluster_down(load({"home": home}).settings)
    note("the cluster is stopped" if stopped else "no cluster was running")


def status(home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """Show the address, the web pages and who takes part; 1 if nothing runs.

    Examples:
      fraudstream spark cluster status
    """
    from fraudstream.config import load
    from fraudstream.wiring.clusters import cluster_status

    found = cluster_status(load({"home": home}).settings)
    if not found.running:
        raise CheckFailed(
            "no cluster is running", advice="Start one: fraudstream spark cluster up --workers 2"
        )
    _show(found, form)


def _show(status: Status, form: Format) -> None:
    pages = table(["server", "page"], status.pages.items())
    text = (
        f"{status.url}\n\n{pages}\n\n{status.workers} workers, {status.cores} cores, "
        f"{status.cores_used} in use{_jobs(status.applications)}"
    )
    show(asdict(status), text, form)


def _jobs(names: tuple[str, ...]) -> str:
    return f" by {', '.join(names)}" if names else ""


COMMANDS = (up, down, status)
