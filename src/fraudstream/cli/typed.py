"""Commands as the user can type them again from here."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

__all__ = ["typed"]


def typed(*words: str, home: Path) -> str:
    """A command line that works in this folder and asks the engine of the folder ``home``.

    The program is named as it was called; ``--home`` stands there only where it must.
    """
    from fraudstream.config import load
    from fraudstream.wiring.asking import decided_in

    found = decided_in(load().settings).home
    place = () if found == home else ("--home", str(home))
    return shlex.join([*_program(), *words, *place])


def _program() -> list[str]:
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return [sys.executable, "-m", "fraudstream"]
    on_path = shutil.which("fraudstream")
    if called.name != "fraudstream" or (on_path and os.path.samefile(on_path, called)):
        return ["fraudstream"]
    return [min(str(called), os.path.relpath(called), key=len)]
