"""``fraudstream evaluate``: how good a model is, and for whom."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from fraudstream.cli.options import Arrival, Data, Form, Labels, Model, PresetName
from fraudstream.cli.report import Format, keep, show, warn

__all__ = ["evaluate"]


class Protocol(StrEnum):
    """How history is split into training and test."""

    HOLDOUT = "holdout"
    HANDBOOK = "handbook"


def evaluate(
    data: Data,
    preset: PresetName = None,
    model: Model = None,
    labels: Labels = None,
    arrival: Arrival = None,
    protocol: Annotated[
        Protocol, typer.Option("--protocol", help="holdout, or that of the public card data.")
    ] = Protocol.HOLDOUT,
    form: Form = Format.TEXT,
) -> None:
    """Measure a model: what it catches, costs, and whom it hurts.

    With --model the test is what came after that model's training; the data
    should hold the history before that too, for windows look back into it.
    Without --model one is trained on the first 70 % of the time, with the
    labels known by then, and the rest is the test. Beside it stand a logistic
    regression on the same features and simple rules.

    --protocol handbook expects the public simulated card data (docs/reports.md
    says where it comes from): it reproduces the authors' split and prints their
    results beside ours.

    The figures are also written to reports/evaluate.json; docs/reports.md
    explains every key.

    Examples:
      fraudstream evaluate tx.csv --preset bank.toml
      fraudstream evaluate later.parquet --model model --format json
      fraudstream evaluate cards.parquet -p handbook --protocol handbook
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.config import load
    from fraudstream.wiring.history import History, Reading
    from fraudstream.wiring.learning import load_model
    from fraudstream.wiring.measuring import measure
    from fraudstream.wiring.presets import preset_named

    declared = preset_named(load({"preset": preset}).settings.preset)
    trained = load_model(model) if model else None
    with show_progress() as progress:
        reading = Reading(declared, History(data, labels, arrival))
        report = measure(reading, protocol.value, trained, progress)
    warn(reading.refusals.told(str(data)))
    keep("evaluate" if protocol is Protocol.HOLDOUT else "handbook", report.figures)
    show(report.figures, report.text, form)
