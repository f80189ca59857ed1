"""Models: what was trained, and which one decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from fraudstream.cli.options import Form, HomeFolder
from fraudstream.cli.report import Format, note, show, table

__all__ = ["COMMANDS"]

Version = Annotated[
    str, typer.Argument(metavar="VERSION|DIR", help="A version that list shows, or a folder.")
]


def list_(home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """List the versions in the registry with their stage.

    Stages: candidate, shadow, champion (it decides), archived.

    Examples:
      fraudstream models list
    """
    from fraudstream.config import load
    from fraudstream.wiring.champions import all_models

    models = all_models(load({"home": home}).settings)
    rows = [[*(model[name] for name in _SHOWN), _ap(model["metrics"])] for model in models]
    show({"models": models}, table([*_SHOWN, "ap"], rows), form)


def show_(version: Version, home: HomeFolder = None, form: Form = Format.TEXT) -> None:
    """Show a model's card: training, figures, fingerprints.

    Examples:
      fraudstream models show 7
      fraudstream models show model
    """
    from fraudstream.config import load
    from fraudstream.wiring.champions import card_of

    figures, card = card_of(load({"home": home}).settings, version)
    show(figures, card, form)


def promote(version: Version, home: HomeFolder = None) -> None:
    """Make a model the champion: the one that decides.

    A folder that train wrote is taken into the registry first. A running engine
    without a --model of its own changes over between two batches, and this
    command returns when it has.

    Examples:
      fraudstream models promote model
      fraudstream models promote 7
    """
    from fraudstream.config import load
    from fraudstream.wiring.champions import in_effect, promoted

    settings = load({"home": home}).settings
    model = promoted(settings, version)
    note(f"{model.version} is the champion. {in_effect(settings, model)}")


def rollback(home: HomeFolder = None) -> None:
    """Make the champion before this one the champion again.

    Examples:
      fraudstream models rollback
    """
    from fraudstream.config import load
    from fraudstream.wiring.champions import in_effect, rolled_back

    settings = load({"home": home}).settings
    model = rolled_back(settings)
    note(f"{model.version} is the champion again. {in_effect(settings, model)}")


def _ap(metrics: Mapping[str, float]) -> str:
    return f"{metrics['ap']:.3f}" if "ap" in metrics else ""


_SHOWN = ("version", "stage", "features", "added_at")
COMMANDS = (list_, show_, promote, rollback)
