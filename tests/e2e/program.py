"""The program as a user starts it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["BIN", "run", "started"]

BIN = Path(sys.executable).parent


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A shell command line, to its end."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def started(words: list[str], folder: Path) -> subprocess.Popen[str]:
    """A command of ours, under way; its standard output goes to the file ``out`` in the folder."""
    with (folder / "out").open("w") as out:
        return subprocess.Popen(
            [str(BIN / words[0]), *words[1:]],
            cwd=folder,
            env=_environment(),
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
        )
