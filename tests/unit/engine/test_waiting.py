"""A server that does not answer is waited for: nothing is lost, doubled or read meanwhile."""

from __future__ import annotations

import threading

import pytest
from tests.recovery.tally import Tallied, messages
from tests.unit.engine.runs import World, lines, tally, undisturbed

from fraudstream.engine import Watcher
from fraudstream.errors import Unavailable
from fraudstream.events import Records
from fraudstream.ports import Entry, Position
from fraudstream.sinks.memory import MemorySink
from fraudstream.sources.memory import Memory


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Event, "wait", lambda self, timeout=None: self.is_set())


class Flickering(MemorySink[Tallied]):
    """Fails so often at each batch; the batch may be held all the same."""

    def __init__(self, times: int, held: bool) -> None:
        super().__init__("flickering")
        self.times, self.held, self.failed = times, held, 0

    def write(self, entry: Entry, outcome: Tallied) -> None:
        if self.failed < self.times:
            self.failed += 1
            if self.held:
                super().write(entry, outcome)
            raise Unavailable("The server is restarting.")
        self.failed = 0
        super().write(entry, outcome)


class Told(Watcher):
    def __init__(self) -> None:
        self.said: list[str] = []

    def waits(self, name: str, error: Unavailable) -> None:
        self.said.append(f"waits for {name}")

    def resumes(self, name: str) -> None:
        self.said.append(f"goes on with {name}")


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("as_primary", [False, True])
def test_a_sink_that_fails_for_a_while_gets_every_batch_once(held: bool, as_primary: bool) -> None:
    flickering = Flickering(3, held)
    world = World(primary=flickering) if as_primary else World(sinks=[flickering])
    assert world.engine(tally("1")).run() == 4
    assert lines(flickering) == lines(world.primary) == undisturbed()


def test_whoever_looks_on_is_told_of_waiting_and_of_going_on() -> None:
    told = Told()
    World(Memory(messages(10)), sinks=[Flickering(2, held=False)]).engine(
        tally("1"), watcher=told
    ).run()
    assert told.said == ["waits for flickering"] * 2 + ["goes on with flickering"]


class Interrupted(Memory):
    """A source that cannot be reached at every second look."""

    looks = 0

    def poll(self, limit: int, until: Position | None = None, wait: float = 0.1) -> Records | None:
        self.looks += 1
        if self.looks % 2:
            raise Unavailable("The broker is restarting.")
        return super().poll(limit, until, wait)


def test_a_source_that_cannot_be_reached_for_a_while_loses_nothing() -> None:
    world = World(Interrupted(messages(50)))
    assert world.engine(tally("1")).run() == 4
    assert lines(world.primary) == undisturbed()


def test_it_can_be_stopped_while_it_waits_and_completes_the_batch_later() -> None:
    stop = threading.Event()

    class Stopping(Told):
        def waits(self, name: str, error: Unavailable) -> None:
            stop.set()

    world = World(sinks=[Flickering(10**9, held=False)])
    world.engine(tally("1"), watcher=Stopping()).run(stop)
    assert len(world.primary.batches) == 1
    assert world.checkpoints.newest() is None
    world.sinks[0] = MemorySink()
    world.engine(tally("1")).run()
    assert lines(world.sinks[0]) == lines(world.primary) == undisturbed()


class Slow(MemorySink[Tallied]):
    """Takes its time over each batch, by the clock that it is given."""

    def __init__(self, passed: list[float]) -> None:
        super().__init__("slow")
        self.passed = passed

    def write(self, entry: Entry, outcome: Tallied) -> None:
        self.passed[0] += 5.0
        super().write(entry, outcome)


def test_what_is_told_of_a_batch_is_how_long_deciding_took_and_the_whole_with_its_writes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passed, told = [0.0], []
    monkeypatch.setattr("time.perf_counter", lambda: passed[0])

    class Timed(Watcher):
        def decided(self, entry: Entry, outcome: object, seconds: float, whole: float) -> None:
            told.append((seconds, whole))

    World(Memory(messages(10)), sinks=[Slow(passed)]).engine(tally("1"), watcher=Timed()).run()
    assert told == [(0.0, 5.0)]
