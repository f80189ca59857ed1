"""Before a demo can begin: a bank, and a program that has learned from its past."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from fraudstream.decisions import form_of
from fraudstream.schema import Preset
from fraudstream.wiring.demonstration.learning import Warm, remembered_or_learned
from fraudstream.wiring.demonstration.plan import Demo
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.progress import Progress

__all__ = ["Prepared", "prepare"]

PRESET = "payments"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A demo that can begin."""

    demo: Demo
    preset: Preset
    program: Warm

    @property
    def currency(self) -> str:
        """The currency of all sums."""
        return self.preset.currency.base

    @property
    def minor(self) -> int:
        """Minor units in one of its major ones."""
        return int(10 ** form_of(self.preset).base_decimals)


class _Stopped(Exception):
    """The user had enough before it began."""


def prepare(demo: Demo, progress: Progress, stop: threading.Event) -> Prepared | None:
    """Train, unless an earlier demo did; ``None`` if ``stop`` is set meanwhile.

    Whoever calls it holds the lock of the demo's folder.
    """

    def tell(stage: str, done: int, total: int) -> None:
        if stop.is_set():
            raise _Stopped
        progress(stage, done, total)

    preset = preset_named(PRESET)
    try:
        return Prepared(demo, preset, remembered_or_learned(demo, preset, tell))
    except _Stopped:
        return None
