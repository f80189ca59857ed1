"""Starting a stack, part by part, and saying what runs where."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fraudstream.errors import FraudstreamError
from fraudstream.stack import packages
from fraudstream.stack.folder import Folder
from fraudstream.wiring.stacking.parts import Stack
from fraudstream.wiring.stacking.plan import Plan, folder_in, keep_plan

__all__ = ["bring_up", "take_down"]

Say = Callable[[str], None]


def bring_up(home: Path, plan: Plan, say: Say) -> Stack:
    """Start what does not run yet; returns when all of it works.

    What is missing is installed where that may be done, else ``NotInstalled`` names the command.
    If a part does not start, what runs goes on, so that one can look at it and try again.
    """
    _install(say)
    folder = folder_in(home)
    with folder.changing(), _advising():
        keep_plan(folder, plan)
        stack = Stack(plan, folder)
        for part in stack.parts():
            began = time.monotonic()
            part.start()
            say(f"{part.name:<10} {time.monotonic() - began:5.1f} s  {part.where}")
    return stack


def take_down(folder: Folder, keep: bool = False) -> list[str]:
    """Stop everything and delete it, or ``keep`` its data; returns the names of what ran."""
    if not folder.exists():
        return []
    with folder.changing():
        stopped = folder.stop()
        if not keep:
            folder.remove()
    return stopped


def _install(say: Say) -> None:
    absent = packages.missing()
    if absent and packages.may_install():
        say(f"installing Debian packages: {' '.join(package.name for package in absent)}")
        packages.install(absent)
    packages.need(*packages.EVERYTHING)


@contextmanager
def _advising() -> Iterator[None]:
    try:
        yield
    except FraudstreamError as error:
        error.advice += (
            "\nWhat was started still runs. Try again: fraudstream stack up; "
            "or end it: fraudstream stack down"
        )
        raise
