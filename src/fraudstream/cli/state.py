"""State: what the engine remembers, in its newest checkpoint."""

from __future__ import annotations

from fraudstream.cli.options import Form, HomeFolder
from fraudstream.cli.report import Format, show

__all__ = ["COMMANDS"]


def show_(home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """Show the newest checkpoint: batch, position, features, size.

    Examples:
      fraudstream state show
    """
    from fraudstream.config import load
    from fraudstream.wiring.asking import newest_state

    figures = newest_state(load({"home": home}).settings)
    show(figures, "\n".join(f"{name}: {value}" for name, value in figures.items()), form)


COMMANDS = (show_,)
