"""Engines on the tally, in memory, with everything that is told noted down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.recovery.tally import Sums, Tallied, Tally, messages

from fraudstream.engine import Engine, MemoryCheckpoints, Options, Watcher
from fraudstream.events import Records
from fraudstream.ports import Checkpoint, Entry
from fraudstream.sinks.memory import MemorySink
from fraudstream.sources.memory import Memory

Observe = Callable[[Entry, Tallied, float], object]


@dataclass(frozen=True)
class Counting(Tally):
    """A tally that notes how many messages each step was given."""

    steps: list[int] = field(default_factory=list)

    def step(self, state: Sums, records: Records, as_of: int) -> Tallied:
        self.steps.append(len(records))
        return Tally.step(self, state, records, as_of)


@dataclass
class Several:
    """Programs by their model; the last one is current."""

    models: dict[str | None, Tally]

    def current(self) -> Tally:
        return list(self.models.values())[-1]

    def of(self, versions: Mapping[str, str | None]) -> Tally:
        return self.models[versions["model"]]


def tally(model: str, fingerprint: str = "sums/1") -> Counting:
    return Counting(fingerprint, {"model": model})


class Telling(Watcher):
    """Passes on what was decided and what was computed again."""

    def __init__(self, observe: Observe | None, redone: Callable[[Entry], None] | None) -> None:
        self._observe, self._redone = observe, redone

    def decided(self, entry: Entry, outcome: Tallied, seconds: float, whole: float) -> None:
        if self._observe:
            self._observe(entry, outcome, seconds)

    def redone(self, entry: Entry) -> None:
        if self._redone:
            self._redone(entry)


class Noting(MemoryCheckpoints):
    """Notes which batches were saved."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: list[int] = []

    def save(self, checkpoint: Checkpoint) -> None:
        self.saved.append(checkpoint.batch)
        super().save(checkpoint)


@dataclass
class World:
    """What outlives an engine."""

    source: Memory = field(default_factory=lambda: Memory(messages(50)))
    primary: MemorySink[Tallied] = field(default_factory=MemorySink)
    sinks: list[MemorySink[Tallied]] = field(default_factory=list)
    checkpoints: Noting = field(default_factory=Noting)

    def engine(self, program: Tally | Several, **options: Any) -> Engine[Sums, Tallied]:
        """A new engine, as after a restart: the source is at its start again."""
        self.source.seek({0: 0})
        programs = program if isinstance(program, Several) else Several({"1": program})
        watcher = Telling(options.pop("observe", None), options.pop("redone", None))
        settings = Options(**{"max_batch": 10, "clock": lambda: 0, "watcher": watcher, **options})
        return Engine(programs, self.source, self.primary, self.sinks, self.checkpoints, settings)


def lines(sink: MemorySink[Tallied]) -> list[bytes]:
    return [line for _, outcome in sink.batches for line in outcome.lines]


def entries(sink: MemorySink[Tallied]) -> list[Entry]:
    return [entry for entry, _ in sink.batches]


def undisturbed() -> list[bytes]:
    world = World()
    world.engine(tally("1")).run()
    return lines(world.primary)
