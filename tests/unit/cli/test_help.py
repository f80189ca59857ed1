"""Help reads like documentation, fits a terminal, and comes at once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from scripts.docs import COMMANDS, help_of

WIDTH = 80


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_a_purpose_examples_and_exit_codes(command: tuple[str, ...]) -> None:
    text = help_of(command)
    assert text.startswith(f"Usage: fraudstream {' '.join(command)}")
    assert "Examples:" in text
    assert f"    fraudstream {' '.join(command)}" in text
    assert "Exit codes:" in text


@pytest.mark.parametrize("command", [(), *COMMANDS], ids=lambda c: " ".join(c) or "root")
def test_help_fits_eighty_columns(command: tuple[str, ...]) -> None:
    assert [line for line in help_of(command).splitlines() if len(line) > WIDTH] == []


def test_no_line_of_a_list_of_commands_is_cut_short() -> None:
    groups = {command[:1] for command in COMMANDS if len(command) > 1}
    for group in [(), *groups]:
        assert "..." not in help_of(group).partition("Commands:")[2], group


def test_help_needs_nothing_heavy() -> None:
    """Which packages are loaded decides how fast help comes."""
    script = (
        "import sys; from fraudstream.cli.app import app;"
        "print(sorted({'numpy', 'numba', 'pydantic', 'pyarrow', 'lightgbm', 'duckdb', 'rich'}"
        " & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout == "[]\n"
