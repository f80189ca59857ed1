"""Whether a command can be typed: our own program reads it, and runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from fraudstream.cli.app import app

__all__ = ["parse"]


def parse(words: Sequence[str]) -> None:
    """Fails for an unknown command, option or value."""
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while hasattr(command, "commands"):
        assert rest and rest[0] in command.commands, f"no such command: {' '.join(words)}"
        command = command.commands[rest.pop(0)]
    command.make_context(words[0], rest)
