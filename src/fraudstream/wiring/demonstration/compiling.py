"""Compiling the kernels in processes of their own, so that the wait is short and can be shown.

Compiled code is kept on disk, where the demo's own process finds it. numba compiles one function
at a time in a process; two processes use two cores.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numba
import numpy as np

from fraudstream.admission import admit
from fraudstream.decisions import Policy, price
from fraudstream.features import observe
from fraudstream.pipeline import Extractor, State
from fraudstream.schema import Costs
from fraudstream.scoring.calibration import logistic
from fraudstream.scoring.covers import covers_of
from fraudstream.scoring.explanation import contributions
from fraudstream.scoring.forest import pack
from fraudstream.scoring.lightgbm_text import Tree, read_forest
from fraudstream.scoring.trees import margins
from fraudstream.simulator import Settings, stream
from fraudstream.training import Settings as Training
from fraudstream.training.fitting import fit_trees
from fraudstream.wiring.demonstration.bank import records_of
from fraudstream.wiring.presets import preset_named
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.rehearsing import one_transaction

__all__ = ["Compiling", "main"]

STAGE = "compiling, once, seconds"
_PARTS = ("reading", "remembering")
_KEY = bytes(16)
_SILENT: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


class Compiling:
    """Compilation under way; nothing if the kernels were compiled before."""

    def __init__(self, preset: str) -> None:
        self._begun = time.monotonic()
        self._done = _done_mark(preset)
        parts = () if self._done and self._done.exists() else _PARTS
        self._parts = [subprocess.Popen(_command(part, preset), **_SILENT) for part in parts]

    def wait(self, progress: Progress) -> None:
        """Until everything is compiled. A part that failed is compiled when it is needed."""
        while any(part.poll() is None for part in self._parts):
            progress(STAGE, int(time.monotonic() - self._begun), 0)
            time.sleep(0.1)
        if self._done and not any(part.returncode for part in self._parts):
            self._done.touch()

    def stop(self) -> None:
        """Give up what is still under way."""
        for part in self._parts:
            part.terminate()
            part.wait()


def _command(part: str, preset: str) -> list[str]:
    return [sys.executable, "-m", "fraudstream.wiring.demonstration.compiling", part, preset]


def _done_mark(preset: str) -> Path | None:
    """The file beside the compiled code that says that it is all there."""
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return Path(folder) / f"{preset}-numba-{numba.__version__}" if folder else None


def main(part: str, preset: str) -> None:
    """Compile one part by using it on next to nothing."""
    extractor = Extractor.of(preset_named(preset), _KEY)
    if part == "reading":
        _read(extractor)
    else:
        _remember(extractor)


def _read(extractor: Extractor) -> None:
    """Everything but the features: messages, order, scores, actions, reasons."""
    records = records_of(next(stream(Settings(customers=10, days=1))), 0)
    decoded = extractor.decoder.decode(records)
    admit(State.empty(extractor).admission, decoded.events, int(records.timestamps[-1]))
    price(Policy.of(Costs()), np.zeros(1, np.int64), np.zeros(1, np.int64))
    trees, matrix = _stump(), np.zeros((1, 1))
    forest = pack(trees)
    logistic(1.0, 0.0).micros_of(margins(forest, matrix))
    contributions(forest, covers_of(trees), matrix)


def _stump() -> Sequence[Tree]:
    matrix = np.arange(20, dtype=np.float32)[:, None]
    frauds = (matrix[:, 0] >= 10).astype(np.int8)
    return read_forest(fit_trees(matrix, frauds, ("feature",), Training(trees=1), _unheard))


def _unheard(stage: str, done: int, total: int) -> None:
    """Nobody waits for a stump."""


def _remember(extractor: Extractor) -> None:
    """Without decoding, which the other part compiles."""
    observe(extractor.plan, State.empty(extractor).features, one_transaction(extractor.plan.layout))


if __name__ == "__main__":
    main(*sys.argv[1:])
