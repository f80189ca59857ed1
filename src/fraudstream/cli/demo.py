"""``fraudstream demo``: a simulated bank under attack, live."""

from __future__ import annotations

from typing import Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder, seconds
from fraudstream.cli.report import Format

__all__ = ["demo"]


def demo(
    duration: Annotated[
        float | None,
        typer.Option("--duration", metavar="TIME", parser=seconds, help="End after 30s, 5m, 1h."),
    ] = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Watch a simulated bank being attacked, live.

    Examples:
      fraudstream demo
      fraudstream demo --duration 30 --format json
    """
