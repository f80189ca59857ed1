"""What somebody at a terminal sees while a part of the stack starts: how far it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from fraudstream.wiring.stacking.parts import Part
from fraudstream.wiring.stacking.status import last_lines

__all__ = ["waiting_for"]

REDRAWN = 8
"""Times a second."""


@contextmanager
def waiting_for(part: Part) -> Iterator[None]:
    """Within it a terminal shows the part, the seconds and the last line of its log."""
    if not sys.stderr.isatty():
        yield
        return
    console = Console(stderr=True, highlight=False)
    shown = _Waiting(part, time.monotonic(), Spinner("dots"))
    with Live(shown, console=console, refresh_per_second=REDRAWN, transient=True):
        yield


@dataclass(frozen=True, slots=True)
class _Waiting:
    part: Part
    began: float
    spinner: Spinner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = Text(f"{self.part.name:<10} {time.monotonic() - self.began:4.0f} s  {self._said()}")
        text.no_wrap, text.overflow = True, "ellipsis"
        self.spinner.update(text=text)
        yield self.spinner

    def _said(self) -> str:
        log = self.part.log
        lines = last_lines(log, 1) if log and log.exists() else []
        return lines[0] if lines and lines[0] else self.part.where
