"""Settings: what they are and where each came from."""

from __future__ import annotations

from fraudstream.cli.options import Form, HomeFolder
from fraudstream.cli.report import Format, note, show, table

__all__ = ["COMMANDS"]


def show_(home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """Show every setting and where it came from, secrets hidden.

    The command line wins over the environment (FRAUDSTREAM_STORE__URL; a secret
    also as the path of a file, FRAUDSTREAM_SECRET_FILE), that over
    fraudstream.toml in the current folder, that over the defaults.

    Examples:
      fraudstream config show
      FRAUDSTREAM_LOG__LEVEL=debug fraudstream config show --format json
    """
    from fraudstream.config import load

    rows = list(load({"home": home}).rows())
    figures = {name: {"value": value, "from": origin} for name, value, origin in rows}
    show(figures, table(["setting", "value", "from"], rows), form)


def check() -> None:
    """Check fraudstream.toml and environment; list every problem.

    Examples:
      fraudstream config check
    """
    from fraudstream.config import load

    load()
    note("The settings are in order.")


COMMANDS = (show_, check)
