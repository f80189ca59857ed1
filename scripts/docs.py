"""Writes what is made from the program and its reports: ``make docs``."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import typer
from scripts.figures import kafka_with_figures, readme_with_figures, spark_with_figures
from scripts.metrics_page import metrics_page

from fraudstream.cli.app import app

__all__ = ["COMMANDS", "PAGES", "help_of"]

DOCS = Path(__file__).parents[1] / "docs"
WIDTH = 80

HEAD = """\
# Command line

What `fraudstream COMMAND --help` prints. This page is made by `make docs`; a test compares it.
"""


def _leaves() -> tuple[tuple[str, ...], ...]:
    return tuple(_below(typer.main.get_command(app)))


def _below(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        inner = hasattr(command, "commands")
        yield from _below(command, *path, name) if inner else [(*path, name)]


COMMANDS = _leaves()
"""Every command as it is typed, such as ``("presets", "check")``."""


def help_of(command: tuple[str, ...]) -> str:
    """What ``fraudstream COMMAND --help`` prints on a terminal of 80 columns."""
    text = io.StringIO()
    with redirect_stdout(text):
        app(
            [*command, "--help"],
            prog_name="fraudstream",
            standalone_mode=False,
            terminal_width=WIDTH,
        )
    return text.getvalue()


def cli_page() -> str:
    """The page of commands, in the order of the help."""
    sections = [(("fraudstream", *command), help_of(command)) for command in ((), *COMMANDS)]
    return HEAD + "".join(
        f"\n## {' '.join(words)}\n\n```text\n{text.rstrip()}\n```\n" for words, text in sections
    )


PAGES = {
    "cli.md": cli_page,
    "metrics.md": metrics_page,
    "kafka.md": kafka_with_figures,
    "spark.md": spark_with_figures,
    "../README.md": readme_with_figures,
}
"""What makes each page; of the README, its table of figures."""

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print((DOCS / name).resolve().relative_to(DOCS.parent))
