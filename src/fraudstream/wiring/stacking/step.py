"""A command that a stack waits for: done once, or at each start."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fraudstream.errors import NotReachable, Problem
from fraudstream.stack import Server
from fraudstream.stack.server import Launch

__all__ = ["PATIENCE", "Step"]

PATIENCE = 900.0
"""Seconds that a step may take."""

PAUSE = 0.1


class Step:
    """It runs in the background, and has ended well once its mark is there."""

    def __init__(self, name: str, folder: Path, launch: Launch) -> None:
        self.server = Server(name, folder)
        self._mark = folder / f"{name}.done"
        self._launch = replace(launch, command=_marking(launch.command, self._mark))

    def begin(self) -> None:
        """Start it, unless it runs or was done before."""
        if not self._mark.exists():
            self.server.start(self._launch)

    def again(self) -> None:
        """Do it anew, and wait for its end."""
        self._mark.unlink(missing_ok=True)
        self.finish()

    def finish(self) -> None:
        """Wait for its end; raises ``NotReachable`` with the end of its log if it failed."""
        self.begin()
        deadline = time.monotonic() + PATIENCE
        while self._goes_on():
            if time.monotonic() > deadline:
                raise self._failure(f"takes more than {PATIENCE:.0f} s")
            time.sleep(PAUSE)

    def _goes_on(self) -> bool:
        running = self.server.running()
        if self._mark.exists():
            return False
        if not running:
            raise self._failure("failed")
        return True

    def _failure(self, what: str) -> NotReachable:
        log = self.server.log
        said = [Problem(line, log.name) for line in self.server.tail()]
        return NotReachable(f"The step {self.server.name} {what}.", said, f"All of its log: {log}")


def _marking(words: Sequence[str], mark: Path) -> list[str]:
    """The same command, which leaves a file once it has ended well."""
    return ["sh", "-c", f"{shlex.join(words)} && touch {shlex.quote(str(mark))}"]
