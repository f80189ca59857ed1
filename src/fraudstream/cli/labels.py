"""Labels: what became of transactions, as chargebacks tell."""

from __future__ import annotations

from fraudstream.cli.options import Form, HomeFolder
from fraudstream.cli.report import Format, show

__all__ = ["COMMANDS"]


def status(home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """Say how many labels the store holds, for which transactions.

    Examples:
      fraudstream labels status
    """
    from fraudstream.config import load
    from fraudstream.wiring.asking import label_status

    figures = label_status(load({"home": home}).settings)
    show(figures, "\n".join(f"{name}: {value}" for name, value in figures.items()), form)


COMMANDS = (status,)
