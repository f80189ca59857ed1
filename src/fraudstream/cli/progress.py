"""Progress of long work: bars on a terminal, plain lines elsewhere, nothing for what is quick."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from fraudstream.wiring.progress import Progress

__all__ = ["show_progress"]

PATIENCE = 2.0
"""Seconds of work that nobody needs to be told about."""

LINE_EVERY = 10.0
"""Seconds between plain lines of one stage."""


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Within it, calls of ``progress(stage, done, total)`` show on standard error.

    ``total`` is 0 where it is not known. A bar appears once the work has taken two seconds.
    """
    if sys.stderr.isatty():
        with _bars() as progress:
            yield progress
    else:
        yield _Lines()


class _Lines:
    """A line when a stage is new and still running after a while, then one every ten seconds."""

    def __init__(self) -> None:
        self._stage = ""
        self._due = time.monotonic() + PATIENCE

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._due = stage, min(self._due, now + PATIENCE)
        if now >= self._due:
            self._due = now + LINE_EVERY
            of = f" of {total:,} ({100 * done // total} %)" if total else ""
            print(f"{stage}: {done:,}{of}" if done or total else stage, file=sys.stderr, flush=True)


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, int] = {}
    started = time.monotonic()

    def progress(stage: str, done: int, total: int) -> None:
        if not tasks and time.monotonic() - started < PATIENCE:
            return
        if not tasks:
            bars.start()
        task = tasks.setdefault(stage, -1)
        if task < 0:
            task = tasks[stage] = bars.add_task(stage, total=total or None)
        bars.update(bars.task_ids[task], completed=done, total=total or None)

    try:
        yield progress
    finally:
        bars.stop()
