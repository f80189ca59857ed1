"""Models: what was trained, and which one decides."""

from __future__ import annotations

from typing import Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder
from fraudstream.cli.report import Format, note, show, table

__all__ = ["COMMANDS"]

Version = Annotated[str, typer.Argument(metavar="VERSION", help="A version, as list shows.")]


def list_(home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """List the versions in the registry with their stage.

    Stages: candidate, shadow, champion (it decides), archived.

    Examples:
      fraudstream models list
    """
    from fraudstream.config import load
    from fraudstream.wiring.registry import all_models

    models = all_models(load({"home": home}).settings)
    head = ["version", "stage", "features", "trained", "average precision"]
    rows = [
        [model[name] for name in ("version", "stage", "features", "trained", "ap")]
        for model in models
    ]
    show({"models": models}, table(head, rows), form)


def show_(version: Version, home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """Show a model's card: training, figures, fingerprints.

    Examples:
      fraudstream models show 7
    """
    from fraudstream.config import load
    from fraudstream.wiring.registry import model_card

    card = model_card(load({"home": home}).settings, version)
    show(card.figures, card.text, form)


def promote(
    model: Annotated[str, typer.Argument(metavar="VERSION|DIR", help="A version or a folder.")],
    home: HomeFolder = None,
) -> None:
    """Make a model the champion: the one that decides.

    A folder that train wrote is taken into the registry first. A running engine
    changes over between two batches; otherwise it takes effect at the next
    start.

    Examples:
      fraudstream models promote model
      fraudstream models promote 7
    """
    from fraudstream.config import load
    from fraudstream.wiring.registry import promoted

    note(promoted(load({"home": home}).settings, model))


def rollback(home: HomeFolder = None) -> None:
    """Make the champion before this one the champion again.

    Examples:
      fraudstream models rollback
    """
    from fraudstream.config import load
    from fraudstream.wiring.registry import rolled_back

    note(rolled_back(load({"home": home}).settings))


COMMANDS = (list_, show_, promote, rollback)
