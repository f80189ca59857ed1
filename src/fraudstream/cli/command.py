"""Help that reads as it was written: a command's docstring, line by line, then its options."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["Command", "Group"]

EXIT_CODES = """\
Exit codes: 0 done, 1 a check said no, 2 usage or configuration, 3 something
is not installed or not reachable, 4 input, 5 incompatible model, checkpoint
or schema, 70 our bug, 130 a second Ctrl-C."""


def _write_verbatim(text: str | None, formatter: Any) -> None:
    if not text:
        return
    formatter.write_paragraph()
    for line in text.splitlines():
        formatter.write(f"  {line}\n" if line else "\n")


class Command(TyperCommand):
    """A command whose help is its docstring, followed by the exit codes."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """Write the docstring as it stands, without joining its lines."""
        _write_verbatim(self.help, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Close with what the exit codes mean."""
        _write_verbatim(EXIT_CODES, formatter)


class Group(TyperGroup):
    """A group whose help is its docstring; its commands keep the order in which they are added."""

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """Write the docstring as it stands, without joining its lines."""
        _write_verbatim(self.help, formatter)
