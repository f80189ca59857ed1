"""Presets: everything in which one bank differs from the next."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fraudstream.cli.options import Form
from fraudstream.cli.report import Format, note, show, table

if TYPE_CHECKING:
    from fraudstream.schema import Preset

__all__ = ["COMMANDS"]

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME|FILE", help="A built-in preset or a TOML file. Default: the setting."
    ),
]


def list_(form: Form = Format.TEXT) -> None:
    """List the built-in presets.

    Examples:
      fraudstream presets list
    """
    from fraudstream.wiring.presets import builtin_presets

    presets = builtin_presets()
    rows = [[p.name, len(p.fields), len(p.entities), len(p.feature_names)] for p in presets]
    head = ["preset", "fields", "entities", "features"]
    show({"presets": [dict(zip(head, row, strict=True)) for row in rows]}, table(head, rows), form)


def show_(name: Name = None, form: Form = Format.TEXT) -> None:
    """Show a preset's fields, entities and every feature by name.

    Feature names are the columns of the features command, of models and of
    explanations.

    Examples:
      fraudstream presets show payments
      fraudstream presets show bank.toml --format json
    """
    from fraudstream.cli.described import described, described_text

    preset = _preset(name)
    show(described(preset), described_text(preset), form)


def check(
    name: Name = None,
    rate: Annotated[
        float | None,
        typer.Option("--rate", metavar="N", help="Events a second: say the memory they will need."),
    ] = None,
    form: Form = Format.TEXT,
) -> None:
    """Check a preset; every problem is listed with its line.

    With --rate it says how much memory the exact windows need at that many
    events a second. Ends with 2 if the preset cannot be used.

    Examples:
      fraudstream presets check bank.toml
      fraudstream presets check payments --rate 100
    """
    preset = _preset(name)
    figures: dict[str, Any] = {"preset": preset.name, "features": len(preset.feature_names)}
    text = f"{preset.name}: in order, {len(preset.feature_names)} features"
    if rate is not None:
        from fraudstream.wiring.sizing import memory_needed

        footprints = [asdict(footprint) for footprint in memory_needed(preset, rate)]
        needed = sum(footprint["bytes"] for footprint in footprints)
        figures |= {"events_per_s": rate, "memory_bytes": needed, "entities": footprints}
        text += f"\nAt {rate:,.0f} events a second it needs at most {needed / 1e9:,.1f} GB:\n"
        rows = [[f["entity"], f["events"], f"{f['bytes'] / 1e9:,.2f}"] for f in footprints]
        text += table(["entity", "events held", "GB"], rows)
    show(figures, text, form)


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    base: Annotated[
        str, typer.Option("--from", metavar="NAME|DATA", help="A built-in preset, or a data file.")
    ] = "payments",
) -> None:
    """Write a preset to begin with, copied or guessed from data.

    What was guessed is marked in the file. A day and a month that cannot be
    told apart (03/04/2026) are never guessed.

    Examples:
      fraudstream presets new bank.toml
      fraudstream presets new bank.toml --from tx.csv
    """
    from fraudstream.wiring.presets import draft_preset

    for look in draft_preset(file, base):
        note(f"  look at: {look}")
    note(f"Written: {file}. Now check it: fraudstream presets check {file}")


def _preset(name: str | None) -> Preset:
    from fraudstream.config import load
    from fraudstream.wiring.presets import preset_named

    return preset_named(load({"preset": name}).settings.preset)


COMMANDS = (list_, show_, check, new)
