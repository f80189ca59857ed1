"""``fraudstream features``: every event with its features, for a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.cli.options import Arrival, Data, PresetName
from fraudstream.cli.report import note, warn

__all__ = ["features"]


def features(
    data: Data,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="A .parquet or .csv file to write.")
    ],
    preset: PresetName = None,
    arrival: Arrival = None,
) -> None:
    """Write every transaction with its features, for a notebook.

    One row per transaction in the order of the data: its id and time, then one
    column per feature named as in presets show. The numbers come from the code
    that decides live transactions, so a model trained on them elsewhere sees
    what it will see in production.

    Examples:
      fraudstream features tx.csv --preset bank.toml --out features.parquet
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.config import load
    from fraudstream.wiring.history import History, Reading
    from fraudstream.wiring.learning import write_features
    from fraudstream.wiring.presets import preset_named

    declared = preset_named(load({"preset": preset}).settings.preset)
    with show_progress() as progress:
        reading = Reading(declared, History(data, arrival=arrival))
        rows = write_features(reading, out, progress)
    warn(reading.refusals.told(str(data)))
    note(f"{rows:,} transactions in {out}")
