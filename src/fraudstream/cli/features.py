"""``fraudstream features``: every event with its features, for a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.cli.options import Arrival, Data, On, PresetName
from fraudstream.cli.report import note, warn

__all__ = ["features"]


def features(
    data: Data,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="A .parquet or .csv file to write.")
    ],
    preset: PresetName = None,
    arrival: Arrival = None,
    on: On = None,
) -> None:
    """Write every transaction with its features, for a notebook.

    One row per transaction in the order of the data: its id and time, then one
    column per feature named as in presets show. The numbers come from the code
    that decides live transactions, so a model trained on them elsewhere sees
    what it will see in production. On a cluster, data and FILE are at paths that
    all its machines share.

    Examples:
      fraudstream features tx.csv --preset bank.toml --out features.parquet
      fraudstream features tx.jsonl --out past.parquet --on spark://host:7077
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.config import load
    from fraudstream.wiring.history import History, Reading
    from fraudstream.wiring.learning import write_features
    from fraudstream.wiring.presets import preset_named

    settings = load({"preset": preset, "run.on": on}).settings
    with show_progress() as progress:
        reading = Reading(preset_named(settings.preset), History(data, arrival=arrival))
        if settings.run.on == "local":
            rows = write_features(reading, out, progress)
        else:
            from fraudstream.wiring.clustered.history import write_features_on

            rows = write_features_on(settings, reading, out, progress)
    warn(reading.refusals.told(str(data)))
    note(f"{rows:,} transactions in {out}")
