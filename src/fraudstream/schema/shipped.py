"""The presets that come with the package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fraudstream.errors import UsageInvalid
from fraudstream.schema.nearest import did_you_mean, listed
from fraudstream.schema.preset import Preset
from fraudstream.schema.reading import read_preset

__all__ = ["builtin", "builtin_file", "builtin_names", "builtin_text"]

_TEXTS = {
    entry.name: entry.read_text(encoding="utf-8")
    for entry in sorted(
        (files("fraudstream.schema") / "builtin").iterdir(), key=lambda entry: entry.name
    )
    if entry.name.endswith((".toml", ".csv"))
}


def builtin_names() -> tuple[str, ...]:
    """Names of the shipped presets, the default first.

    >>> builtin_names()
    ('payments', 'classic', 'handbook')
    """
    names = [name.removesuffix(".toml") for name in _TEXTS if name.endswith(".toml")]
    return tuple(sorted(names, key=lambda name: (name != "payments", name)))


def builtin_text(name: str) -> str:
    """The TOML text of a shipped preset; raises :class:`UsageInvalid` if there is none."""
    if name not in builtin_names():
        raise UsageInvalid(
            f'no shipped preset "{name}"{did_you_mean(name, builtin_names())}',
            advice=f"Name {listed(builtin_names())}, or the path of a preset file.",
        )
    return _TEXTS[f"{name}.toml"]


def builtin_file(name: str) -> str:
    """A file that a shipped preset names, such as ``rates.csv``; raises ``KeyError``."""
    return _TEXTS[name]


@cache
def builtin(name: str) -> Preset:
    """A shipped preset; raises :class:`UsageInvalid` if there is none."""
    return read_preset(builtin_text(name), f"{name}.toml", _TEXTS)
