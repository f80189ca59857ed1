"""Presets by name or path, and new ones."""

from __future__ import annotations

import tomllib
from pathlib import Path

from fraudstream.errors import InputInvalid, Problem, UsageInvalid
from fraudstream.schema import (
    Preset,
    builtin,
    builtin_file,
    builtin_names,
    builtin_text,
    guess,
    read_preset,
)
from fraudstream.schema.nearest import did_you_mean, listed
from fraudstream.wiring.sampling import sample

__all__ = ["builtin_presets", "draft_preset", "preset_named", "write_new"]


def builtin_presets() -> list[Preset]:
    """The shipped presets, the default first."""
    return [builtin(name) for name in builtin_names()]


def preset_named(name: str) -> Preset:
    """A shipped preset by its name, or the one in a file; raises ``PresetInvalid``."""
    path = Path(name)
    if path.suffix != ".toml":
        return _shipped(name)

    def beside(name: str) -> str:
        return (path.parent / name).read_text(encoding="utf-8", errors="replace")

    return read_preset(_text_of(path), str(path), beside)


def draft_preset(path: Path, base: str) -> tuple[str, ...]:
    """Write a preset to begin with and the file it names: a shipped one, or guessed from data.

    Returns what the person should look at.
    """
    if base not in builtin_names():
        header, rows, form = sample(Path(base))
        text, notes = guess(header, rows, Path(base).stem, form)
        write_new(path, text)
        return notes
    text = builtin_text(base)
    write_new(path, text)
    currency = tomllib.loads(text).get("currency")
    rates = currency.get("rates") if isinstance(currency, dict) else None
    if rates and not (path.parent / rates).exists():
        write_new(path.parent / rates, builtin_file(rates))
    return ()


def write_new(path: Path, text: str) -> None:
    """Write a file that does not exist yet; never replaces one."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageInvalid(
            f"{path} exists already and is not replaced", advice="Remove it, or name another file."
        ) from None


def _shipped(name: str) -> Preset:
    if name not in builtin_names():
        raise UsageInvalid(
            f'no preset "{name}"{did_you_mean(name, builtin_names())}',
            advice=f"Name {listed(builtin_names())}, or a file that ends in .toml.",
        )
    return builtin(name)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputInvalid(f"{path} is not text", [Problem(str(error), str(path))]) from error
    except OSError as error:
        raise InputInvalid(
            f"the preset {path} cannot be read",
            [Problem(error.strerror or str(error), str(path))],
            "Name a shipped preset (fraudstream presets list) or an existing file.",
        ) from error
