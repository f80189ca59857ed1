"""Measures the engine and prints what came of it.

python -m bench [--customers N] [--rounds N] [--out FILE]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import monotonic

import numpy as np
import orjson

from bench.hot_key import LATE_SHARE, hot_key
from bench.memory import bytes_per_event, bytes_per_key
from bench.peer import Json
from bench.report import table, write
from bench.rounds import Rounds
from bench.workload import BATCH, Workload, warmed, workload


def measured(work: Workload, tell: Tell) -> dict[str, float]:
    """Every figure of the report."""
    state = warmed(work)
    extractor = work.program.pipeline.extractor
    memory = {
        "bytes_per_key": bytes_per_key(extractor),
        "bytes_per_event": bytes_per_event(work, state),
        "keys_per_event": _keys_per_event(work),
    }
    tell("one hot merchant")
    hot = {"hot_key_us": hot_key(work, 0.0), "hot_key_late_us": hot_key(work, LATE_SHARE)}
    tell("warming up the Python peer and the libraries")
    rounds = Rounds(work, state, Json(orjson.loads, orjson.dumps))
    tell("taking turns")
    rounds.run()
    return {**rounds.figures(), **memory, **hot}


class Tell:
    """Says on standard error what is going on, and since when."""

    def __init__(self) -> None:
        self.begun = monotonic()

    def __call__(self, text: str) -> None:
        print(f"bench: {monotonic() - self.begun:3.0f} s  {text}", file=sys.stderr)


def _keys_per_event(work: Workload) -> float:
    extractor = work.program.pipeline.extractor
    hashes = extractor.decoder.decode(work.present.records(0, BATCH)).events.hashes
    layout = extractor.plan.layout
    columns = [layout.hashed.index(f"{e}_id") for e in ("account", "card", "merchant", "device")]
    return float(np.any(hashes[:, columns] != 0, axis=2).sum(axis=1).mean())


def main() -> None:
    """Simulate, learn, measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=2000, help="of the simulated bank")
    parser.add_argument("--rounds", type=int, default=7, help=f"batches of {BATCH} events")
    parser.add_argument("--out", type=Path, default=Path("reports/bench.json"))
    given = parser.parse_args()
    tell = Tell()
    tell("simulating a bank and learning from 40 days of it")
    work = workload(given.customers, (given.rounds + 1) * BATCH)
    figures = measured(work, tell)
    write(figures, given.out)
    print(table(figures))
    tell(f"the same in {given.out}")


if __name__ == "__main__":
    main()
