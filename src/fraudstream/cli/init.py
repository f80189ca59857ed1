"""``fraudstream init``: a folder to begin in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fraudstream.cli.report import note

__all__ = ["init"]


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder; made if needed.")],
    data: Annotated[
        Path | None,
        typer.Option("--from", metavar="DATA", help="Your data: guess the preset from it."),
    ] = None,
) -> None:
    """Make a folder to work in: a fraudstream.toml and a preset.

    With --from, the preset is guessed from the header and a sample of a .csv,
    .jsonl or .parquet file. Every guess is marked in the file; read it, correct
    it. A day and a month that cannot be told apart (03/04/2026) are not
    guessed. Nothing that exists is overwritten.

    In a folder with a fraudstream.toml, --preset and --model may be left out.

    Examples:
      fraudstream init my-bank --from tx.csv
      cd my-bank && fraudstream presets check preset.toml
      fraudstream train ../tx.csv --out model && fraudstream evaluate ../tx.csv
    """
    from fraudstream.wiring.presets import draft_preset, write_new

    folder.mkdir(parents=True, exist_ok=True)
    notes = draft_preset(folder / "preset.toml", str(data) if data else "payments")
    write_new(folder / "fraudstream.toml", SETTINGS)
    note(f"Written: {folder / 'preset.toml'} and {folder / 'fraudstream.toml'}.")
    for look in notes:
        note(f"  look at: {look}")
    note(f"Next: read the guesses, then cd {folder} && fraudstream presets check preset.toml")


SETTINGS = """\
# Settings of this folder; `fraudstream config show` says what is in force and why.
preset = "preset.toml"
model = "model"

[run]
# source = ["transactions.jsonl"]
# sink = ["decisions.jsonl"]
http = "127.0.0.1:8710"
"""
