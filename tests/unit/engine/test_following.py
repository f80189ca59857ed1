"""A second engine follows the journal with live state and takes over; the first then stops."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
from tests.recovery.tally import Tallied
from tests.unit.engine.runs import World, entries, lines, tally, undisturbed

from fraudstream.engine import MemoryCheckpoints, Watcher
from fraudstream.errors import StateFull, Superseded
from fraudstream.ports import Entry
from fraudstream.sinks.memory import MemorySink


@dataclass
class Shared:
    """What a database keeps for all that connect to it."""

    batches: list[tuple[Entry, Tallied]] = field(default_factory=list)
    epoch: int = 0


class Connected(MemorySink[Tallied]):
    """One engine's connection to a shared store; a :class:`fraudstream.ports.Fenced`."""

    def __init__(self, shared: Shared, name: str = "shared") -> None:
        super().__init__(name)
        self.shared, self.batches, self.claimed = shared, shared.batches, 0

    def epoch(self) -> int:
        return self.shared.epoch

    def claim(self, epoch: int) -> None:
        if epoch <= self.shared.epoch:
            raise Superseded("Somebody was faster.")
        self.shared.epoch = self.claimed = epoch

    def write(self, entry: Entry, outcome: Tallied) -> None:
        if self.claimed != self.shared.epoch:
            raise Superseded(f"Epoch {self.shared.epoch} has taken over.")
        super().write(entry, outcome)


class Turn:
    """A leadership that somebody else grants."""

    def __init__(self, mine: bool = False) -> None:
        self.mine, self.resigned = mine, False

    def leads(self) -> bool:
        return self.mine

    def resign(self) -> None:
        self.mine, self.resigned = False, True

    def close(self) -> None:
        self.mine = False


class Promoting(Watcher):
    """Makes the follower the leader once it has followed so many batches."""

    def __init__(self, turn: Turn, after: int) -> None:
        self.turn, self.after = turn, after
        self.seen: list[int] = []

    def followed(self, entry: Entry) -> None:
        self.seen.append(entry.batch)
        if len(self.seen) == self.after:
            self.turn.mine = True

    def turned(self, versions: object) -> None:
        self.turn.mine = self.turn.mine or not self.after


def led(batches: int, *stores: Shared) -> None:
    """What a first engine leaves that is killed after so many batches."""
    first, stop = World(primary=Connected(stores[0])), threading.Event()
    first.sinks = [Connected(shared, "second") for shared in stores[1:]]

    def ask(entry: Entry, *_: object) -> None:
        if entry.batch == batches - 1:
            stop.set()

    first.engine(tally("1"), observe=ask).run(stop)


@pytest.mark.parametrize("after", [1, 3])
def test_a_follower_computes_what_the_leader_decided_and_goes_on_from_there(after: int) -> None:
    shared = Shared()
    led(3, shared)
    turn, program = Turn(), tally("1")
    second = World(primary=Connected(shared))
    promoting = Promoting(turn, after)
    assert second.engine(program, leadership=turn, watcher=promoting).run() == 4
    assert promoting.seen == list(range(3))[: max(after, 3)]
    assert program.steps == [10] * 5
    assert lines(second.primary) == undisturbed()


def test_the_epoch_rises_with_each_owner() -> None:
    shared = Shared()
    led(3, shared)
    second = World(primary=Connected(shared))
    second.engine(tally("1")).run()
    assert [entry.epoch for entry in entries(second.primary)] == [1, 1, 1, 2, 2]


def test_the_batch_that_a_dead_leader_did_not_give_to_every_sink_is_completed() -> None:
    primary, other = Shared(), Shared()
    led(3, primary, other)
    other.batches.pop()
    turn = Turn()
    second = World(primary=Connected(primary), sinks=[Connected(other, "second")])
    second.engine(tally("1"), leadership=turn, watcher=Promoting(turn, 3)).run()
    assert [entry.batch for entry, _ in other.batches] == [0, 1, 2, 3, 4]
    assert lines(second.sinks[0]) == undisturbed()


def test_a_sink_that_lacks_more_than_the_last_batch_gets_all_of_it() -> None:
    primary, other = Shared(), Shared()
    led(3, primary, other)
    turn = Turn()
    second = World(primary=Connected(primary), sinks=[Connected(Shared(), "third")])
    second.engine(tally("1"), leadership=turn, watcher=Promoting(turn, 3)).run()
    assert lines(second.sinks[0]) == undisturbed()


def test_a_leader_that_was_superseded_without_a_leadership_ends_with_the_reason() -> None:
    shared = Shared()

    def take_over(*_: object) -> None:
        Connected(shared).claim(shared.epoch + 1)

    world = World(primary=Connected(shared))
    with pytest.raises(Superseded, match="taken over"):
        world.engine(tally("1"), observe=take_over).run()
    assert len(shared.batches) == 1


def test_a_deposed_leader_follows_and_can_lead_again() -> None:
    shared, turn = Shared(), Turn(mine=True)
    said: list[str] = []

    class Deposing(Watcher):
        def decided(self, entry: Entry, outcome: object, seconds: float, whole: float) -> None:
            if entry.batch == 1:
                turn.mine = False

        def deposed(self, why: str) -> None:
            said.append("deposed")
            led(4, shared)

        def followed(self, entry: Entry) -> None:
            said.append(f"followed {entry.batch}")
            turn.mine = entry.batch == 3

    world = World(primary=Connected(shared))
    world.checkpoints = MemoryCheckpoints()  # type: ignore[assignment] # nothing to note
    assert world.engine(tally("1"), leadership=turn, watcher=Deposing()).run() == 4
    assert said == ["deposed", *(f"followed {batch}" for batch in range(4))]
    assert turn.resigned, "or it could take itself for the leader still, and claim again"
    assert [entry.epoch for entry in entries(world.primary)] == [1, 1, 2, 2, 3]
    assert lines(world.primary) == undisturbed()


def test_a_follower_saves_checkpoints_of_its_own() -> None:
    shared, turn, stop = Shared(), Turn(), threading.Event()
    led(3, shared)

    class Stopping(Watcher):
        def followed(self, entry: Entry) -> None:
            if entry.batch == 2:
                stop.set()

    second = World(primary=Connected(shared))
    assert second.engine(tally("1"), leadership=turn, watcher=Stopping()).run(stop) == 2
    assert second.checkpoints.saved == [2]
    again = tally("1")
    second.engine(again).run()
    assert again.steps == [10, 10]


def test_a_follower_stops_at_its_memory_as_a_leader_does() -> None:
    shared = Shared()
    led(3, shared)
    second, stop = World(primary=Connected(shared)), threading.Event()
    with pytest.raises(StateFull):
        second.engine(tally("1"), leadership=Turn(), max_memory=16).run(stop)


class Rehearsed(Connected):
    """Notes what it was to be ready for."""

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared)
        self.rehearsed: list[int] = []

    def rehearse(self, entry: Entry, outcome: Tallied) -> None:
        self.rehearsed.append(entry.batch)


def test_a_follower_lets_its_sinks_rehearse_and_a_leader_does_not() -> None:
    shared, turn = Shared(), Turn()
    led(3, shared)
    sink = Rehearsed(shared)
    World(primary=sink).engine(tally("1"), leadership=turn, watcher=Promoting(turn, 3)).run()
    assert sink.rehearsed == [0, 1, 2]
    assert lines(sink) == undisturbed()
