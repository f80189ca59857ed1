"""``fraudstream train``: a model from history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from fraudstream.cli.options import Arrival, Data, Form, Labels, PresetName
from fraudstream.cli.report import Format, keep, note, show, warn

__all__ = ["train"]


def train(
    data: Data,
    out: Annotated[Path, typer.Option("--out", metavar="MODEL", help="The folder to write.")],
    preset: PresetName = None,
    labels: Labels = None,
    arrival: Arrival = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the training.")] = 1,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer and coarser trees: a model in seconds.")
    ] = False,
    form: Form = Format.TEXT,
) -> None:
    """Train a model on history.

    Features are computed by the code that will compute them live.

    Labels come from the data's own label column or events, or from --labels;
    each counts only from the moment it would have been known. The model is
    gradient-boosted trees with calibrated probabilities; its folder holds text
    and numbers only, with a model card.

    A file that is out of time order is refused with what to do, not silently
    learned from.

    Examples:
      fraudstream train history.parquet --out model
      fraudstream train tx.csv -p bank.toml --labels known.csv --out model
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.config import load
    from fraudstream.scoring.card import write_card
    from fraudstream.training import QUICK, Settings
    from fraudstream.wiring.history import History, Reading
    from fraudstream.wiring.learning import figures_of, save_model, train_model
    from fraudstream.wiring.presets import preset_named

    declared = preset_named(load({"preset": preset}).settings.preset)
    with show_progress() as progress:
        reading = Reading(declared, History(data, labels, arrival))
        training = replace(QUICK if quick else Settings(), seed=seed)
        model = train_model(reading, training, progress)
    warn(reading.refusals.told(str(data)))
    save_model(out, model)
    figures = figures_of(model)
    keep("train", figures)
    show(figures, write_card(model.version, model.facts), form)
    note(f"Written: {out}. Next: fraudstream run --model {out} --source ...")
