"""``fraudstream explain``: why a transaction was decided as it was."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder, PresetName
from fraudstream.cli.report import Format, show

__all__ = ["explain"]


def explain(
    transaction: Annotated[str, typer.Argument(metavar="ID", help="The transaction's id.")],
    recompute: Annotated[
        bool,
        typer.Option("--recompute", help="Score the stored features again; 1 if it differs."),
    ] = False,
    preset: PresetName = None,
    home: HomeFolder = None,
    form: Form = Format.TEXT,
) -> None:
    """Say why a transaction was approved, sent to review or declined.

    Shows the decision as it was stored: action, score, expected costs, reasons
    in words, what made it (versions of features, model, policy), labels that
    came since. A running engine is asked; else the store in the home folder is
    opened, or the demo's where there is no other. Ends with 1 if there is no
    such transaction.

    Examples:
      fraudstream explain tx_000482913
      fraudstream explain tx_000482913 --recompute --format json
    """
    from fraudstream.config import load
    from fraudstream.decisions.explanation import in_words
    from fraudstream.wiring.asking import decided_in, explained

    settings = decided_in(load({"home": home, "preset": preset}).settings)
    figures = explained(settings, transaction)
    if not recompute:
        show(figures, in_words(figures), form)
        return

    from fraudstream.wiring.recomputing import recomputed

    again = recomputed(settings, figures)
    told = {**figures, "recomputed": asdict(again)}
    text = f"Computed again: {again.action}, score {again.score:.6f}"
    show(told, f"{in_words(figures)}\n{text}", form)
    again.require(figures)
