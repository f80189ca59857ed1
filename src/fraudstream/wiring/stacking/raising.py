"""Starting a stack, part by part, and saying what runs where."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudstream.errors import FraudstreamError
from fraudstream.stack import Server, packages
from fraudstream.stack.folder import Folder
from fraudstream.wiring.stacking.parts import Part, Stack
from fraudstream.wiring.stacking.plan import (
    Plan,
    folder_in,
    has_plan,
    keep_plan,
    known_plan,
    planned,
)

__all__ = ["ADVICE", "Teller", "bring_up", "take_down"]

ADVICE = (
    "What was started still runs. Go on: fraudstream stack up; or end it: fraudstream stack down"
)


@dataclass(frozen=True, slots=True)
class Teller:
    """Who is told how it goes: by a line, and within ``waiting`` for a part to start."""

    say: Callable[[str], None]
    waiting: Callable[[Part], AbstractContextManager[None]]


def bring_up(home: Path, preset: str, wanted: Mapping[str, Any], teller: Teller) -> None:
    """Start what does not run yet; returns when all of it works.

    ``wanted`` are fields of a plan. What is missing is installed where that may be done, else
    ``NotInstalled`` names the command. If a part does not start, what runs goes on, so that one
    can look at it and try again.
    """
    folder = folder_in(home)
    planned(folder, preset, wanted)
    _install(teller.say)
    with folder.changing():
        plan = planned(folder, preset, wanted)
        _slow_down(folder, plan)
        keep_plan(folder, plan)
        with _advising():
            _start(Stack(plan, folder), teller)


def take_down(folder: Folder, keep: bool = False) -> list[str]:
    """Stop everything and delete it, or ``keep`` its data; returns the names of what ran."""
    if not folder.exists():
        return []
    with folder.changing():
        stopped = folder.stop()
        if not keep:
            folder.remove()
    return stopped


def _start(stack: Stack, teller: Teller) -> None:
    for part in stack.parts():
        began = time.monotonic()
        with teller.waiting(part):
            part.start()
        teller.say(f"{part.name:<10} {time.monotonic() - began:6.1f} s  {part.where}")


def _slow_down(folder: Folder, plan: Plan) -> None:
    """Stop producers that run at another rate; they are started anew."""
    if has_plan(folder) and known_plan(folder).rate != plan.rate:
        for which in ("normal", "attack"):
            Server(which, folder.path / "producers").stop()


def _install(say: Callable[[str], None]) -> None:
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
        error.advice += f"\n{ADVICE}"
        raise
