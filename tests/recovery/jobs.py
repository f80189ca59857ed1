"""What is run in the trials: a tally, the real pipeline, the pipeline behind a store."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.recovery import tally

from fraudstream.decisions import Outcome, encode, form_of
from fraudstream.engine import Engine, FileCheckpoints, Fixed, Options
from fraudstream.ports import Primary, Source
from fraudstream.schema import builtin
from fraudstream.simulator import Settings, encode_json, stream
from fraudstream.sinks.jsonlines import JsonLinesSink
from fraudstream.sinks.memory import MemorySink
from fraudstream.sources.jsonlines import JsonLinesFile
from fraudstream.sources.memory import Memory
from fraudstream.stores.duckdb import DuckDBStore
from fraudstream.wiring.building import Deciding, deciding

LATER = 4_000_000_000_000
"""UTC ms that no simulated event reaches."""

PRIMARY = ("primary.jsonl", "primary.jsonl.rejects.jsonl")


@dataclass(frozen=True)
class Job:
    """Something to run on a file of messages in a folder, and the files it leaves there.

    ``prepare`` is called once, before the first fork: what it compiles, no child compiles again.
    """

    run: Callable[[Path, Path], None]
    messages: bytes
    outputs: tuple[str, ...] = PRIMARY
    prepare: Callable[[], object] = lambda: None


def tallying(count: int) -> Job:
    """So many messages of the tally, in batches of seven, into two sinks."""
    return Job(run_tally, b"\n".join(tally.messages(count)), (*PRIMARY, "second.jsonl"))


def deciding_transactions(days: float, stored: bool = False) -> Job:
    """So many days of a simulated bank into a file, alone or behind the embedded store."""
    bank = Settings(customers=60, days=days, fraud_share=0.05)
    messages = b"".join(encode_json(chunk) for chunk in stream(bank))
    # a copy, a broken line and an empty one, so that there are rejects
    spoilt = messages[: messages.index(b"\n") + 1] + b"{broken\n\n"
    return Job(partial(run_pipeline, stored), messages + spoilt, prepare=program)


def run_tally(data: Path, folder: Path, source: Source | None = None) -> None:
    engine = Engine(
        Fixed(tally.Tally()),
        source := source or JsonLinesFile(data, seal=folder / "seal"),
        JsonLinesSink(folder / "primary.jsonl", tally.encode),
        [JsonLinesSink(folder / "second.jsonl", tally.encode)],
        FileCheckpoints(folder / "checkpoints"),
        Options(max_batch=7, checkpoint_batches=3, clock=lambda: 0),
    )
    with closing(source), closing(engine.primary), closing(engine.sinks[0]):
        engine.run()


def run_pipeline(stored: bool, data: Path, folder: Path) -> None:
    form = form_of(builtin("payments"))
    lines = JsonLinesSink(folder / "primary.jsonl", partial(encode, form=form))
    store = DuckDBStore(folder / "store.duckdb", builtin("payments")) if stored else None
    primary: Primary[Outcome] = store or lines
    engine = Engine(
        Fixed(program()),
        JsonLinesFile(data, seal=folder / "seal"),
        primary,
        [lines] if store else [],
        FileCheckpoints(folder / "checkpoints"),
        Options(max_batch=30, checkpoint_batches=4, clock=lambda: LATER),
    )
    engine.run()
    primary.close()


class Hashed:
    """Scores that differ from event to event and cost no training."""

    version = "hashed"

    def __init__(self, feature_names: tuple[str, ...]) -> None:
        self.feature_names = feature_names

    def score(self, matrix: NDArray[np.float64]) -> NDArray[np.int64]:
        weights = np.arange(1, matrix.shape[1] + 1)
        return (np.abs(np.nan_to_num(matrix)) @ weights).astype(np.int64) * 7919 % 1_000_001

    def explain(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.nan_to_num(matrix)


@cache
def program() -> Deciding:
    """The payments preset with made-up scores, compiled by running it once."""
    made = deciding(builtin("payments"), b"sixteen bytes ok")
    decider = replace(made.pipeline.decider, scorer=Hashed(made.pipeline.extractor.plan.names))
    program = replace(made, pipeline=replace(made.pipeline, decider=decider))
    few = deciding_transactions(0.2).messages.splitlines()
    sink: MemorySink[Outcome] = MemorySink()
    Engine(Fixed(program), Memory(few), sink, options=Options(clock=lambda: LATER)).run()
    for _, outcome in sink.batches:
        encode(outcome, form_of(builtin("payments")))
    program.restore(program.snapshot(program.empty()))
    return program
