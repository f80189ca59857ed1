from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from tests.recovery.tally import Tallied, messages
from tests.unit.engine.runs import Several, World, entries, lines, tally, undisturbed

from fraudstream.errors import CheckpointIncompatible, InputInvalid, StateFull, StorageFailed
from fraudstream.ports import Checkpoint, Entry, Position
from fraudstream.sinks.memory import MemorySink
from fraudstream.sources.memory import Memory


def test_every_message_is_decided_in_batches_of_what_is_waiting() -> None:
    world, program = World(), tally("1")
    assert world.engine(program).run() == 4
    assert program.steps == [10] * 5
    assert [entry.batch for entry in entries(world.primary)] == [0, 1, 2, 3, 4]


def test_entries_of_the_journal_lie_end_to_end() -> None:
    world = World()
    world.engine(tally("1")).run()
    ends = [{0: 0}] + [entry.end for entry in entries(world.primary)]
    assert [entry.start for entry in entries(world.primary)] == ends[:-1]
    assert ends[-1] == {0: 50}


def test_an_empty_source_leaves_nothing_behind() -> None:
    world = World(Memory())
    assert world.engine(tally("1")).run() == -1
    assert (world.primary.batches, world.checkpoints.newest()) == ([], None)


def test_a_second_run_over_the_same_log_decides_nothing() -> None:
    world, again = World(), tally("1")
    world.engine(tally("1")).run()
    assert world.engine(again).run() == 4
    assert again.steps == []


def test_a_restart_goes_on_from_the_checkpoint_and_not_from_the_start() -> None:
    world, again = World(), tally("1")
    world.engine(tally("1")).run()
    world.source.append(messages(60)[50:])
    world.engine(again).run()
    assert again.steps == [10]
    whole = World(Memory(messages(60)))
    whole.engine(tally("1")).run()
    assert lines(world.primary) == lines(whole.primary)


def test_without_checkpoints_the_journal_is_enough() -> None:
    world, again = World(), tally("1")
    engine = world.engine(tally("1"))
    engine.checkpoints = None
    engine.run()
    assert world.engine(again).run() == 4
    assert again.steps == [10] * 5
    assert lines(world.primary) == undisturbed()


class Failing(MemorySink[Tallied]):
    """Fails at one batch: the first time it is written, or after it was."""

    def __init__(self, batch: int, after: bool) -> None:
        super().__init__()
        self.left = [batch]
        self.after = after

    def write(self, entry: Entry, outcome: Tallied) -> None:
        fails = entry.batch in self.left
        if not fails or self.after:
            super().write(entry, outcome)
        if fails:
            self.left.clear()
            raise StorageFailed("The disk is full.")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("batch", range(5))
def test_what_failed_to_be_stored_is_completed_by_the_next_run(batch: int, after: bool) -> None:
    world = World(primary=Failing(batch, after), sinks=[MemorySink(), Failing(4, after)])
    for _ in range(2):
        with pytest.raises(StorageFailed):
            world.engine(tally("1"), checkpoint_batches=2).run()
    world.engine(tally("1")).run()
    for sink in (world.primary, *world.sinks):
        assert lines(sink) == undisturbed()


def test_a_sink_that_comes_later_gets_everything() -> None:
    world = World()
    world.engine(tally("1")).run()
    world.sinks.append(MemorySink())
    world.engine(tally("1")).run()
    assert lines(world.sinks[0]) == lines(world.primary) == undisturbed()


def test_a_batch_is_completed_with_the_versions_it_was_begun_with() -> None:
    world = World(sinks=[Failing(3, after=False)])
    with pytest.raises(StorageFailed):
        world.engine(Several({"1": tally("1")})).run()
    world.source.append(messages(60)[50:])
    world.engine(Several({"1": tally("1"), "2": tally("2")})).run()
    models = [line.split()[-1] for line in lines(world.sinks[0])]
    assert models == [b"1"] * 40 + [b"2"] * 20
    assert lines(world.primary) == lines(world.sinks[0])


def test_a_program_may_change_between_two_batches() -> None:
    programs = Several({"1": tally("1")})

    def promote(entry: Entry, outcome: Tallied, seconds: float) -> None:
        if entry.batch == 1:
            programs.models["2"] = tally("2")

    world = World()
    world.engine(programs, observe=promote).run()
    models = [entry.versions["model"] for entry in entries(world.primary)]
    assert models == ["1", "1", "2", "2", "2"]
    sums = [line.rsplit(b" ", 1)[0] for line in lines(world.primary)]
    assert sums == [line.rsplit(b" ", 1)[0] for line in undisturbed()]


def test_other_features_are_refused_while_running() -> None:
    programs = Several({"1": tally("1")})

    def change(entry: Entry, outcome: Tallied, seconds: float) -> None:
        programs.models["2"] = tally("2", "sums/2")

    with pytest.raises(CheckpointIncompatible, match="under a running engine"):
        World().engine(programs, observe=change).run()


def test_a_checkpoint_of_other_features_is_refused_with_what_to_do() -> None:
    world = World()
    world.engine(tally("1")).run()
    with pytest.raises(CheckpointIncompatible, match="state rebuild"):
        world.engine(tally("1", "sums/2")).run()


def test_a_journal_of_other_features_is_refused_with_what_to_do() -> None:
    world = World(sinks=[Failing(0, after=False)])
    with pytest.raises(StorageFailed):
        world.engine(Several({"1": tally("1", "sums/1")})).run()
    with pytest.raises(CheckpointIncompatible, match="state rebuild"):
        world.engine(Several({"1": tally("1", "sums/1"), "2": tally("2", "sums/2")})).run()


def test_a_checkpoint_of_another_journal_is_passed_over() -> None:
    world = World()
    world.engine(tally("1"), clock=lambda: 1).run()
    world.primary = MemorySink()
    world.engine(tally("1"), clock=lambda: 2, max_batch=25).run()
    assert lines(world.primary) == undisturbed()
    again = tally("1")
    world.engine(again).run()
    assert again.steps == []


def test_input_that_ends_before_the_journal_does_is_refused() -> None:
    world = World()
    engine = world.engine(tally("1"))
    engine.checkpoints = None
    engine.run()
    world.source = Memory(messages(45))
    with pytest.raises(InputInvalid, match="ends before"):
        world.engine(tally("1")).run()


def test_no_event_time_beyond_the_clock_is_believed_even_if_the_clock_is_set_back() -> None:
    world, ticks = World(), iter([5, 9, 3, 11, 4])
    world.engine(tally("1"), clock=lambda: next(ticks)).run()
    assert [entry.as_of for entry in entries(world.primary)] == [5, 9, 9, 11, 11]


def test_it_stops_between_two_batches_and_keeps_its_state() -> None:
    world, stop = World(), threading.Event()

    def ask(entry: Entry, outcome: Tallied, seconds: float) -> None:
        if entry.batch == 2:
            stop.set()

    assert world.engine(tally("1"), observe=ask).run(stop) == 2
    checkpoint = world.checkpoints.newest()
    assert checkpoint is not None
    assert checkpoint.batch == 2


def test_a_source_that_waits_does_not_keep_it_from_stopping() -> None:
    world, stop = World(Memory(messages(5), open=True)), threading.Event()
    engine = world.engine(tally("1"), observe=lambda *_: stop.set())
    assert engine.run(stop) == 0


def test_a_checkpoint_is_saved_every_so_many_batches() -> None:
    world = World()
    world.engine(tally("1"), checkpoint_batches=2).run()
    assert world.checkpoints.saved == [1, 3, 4]


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """What the engine takes for the time: the list's only item."""
    now = [0.0]
    monkeypatch.setattr("fraudstream.engine.saving.monotonic", lambda: now[0])
    yield now


def test_a_checkpoint_is_saved_every_so_many_seconds(seconds: list[float]) -> None:
    def pass_by(*_: object) -> None:
        seconds[0] += 4.0

    world = World()
    world.engine(tally("1"), checkpoint_seconds=7.0, observe=pass_by).run()
    assert world.checkpoints.saved == [1, 3, 4]


def test_a_checkpoint_that_takes_long_is_saved_less_often(seconds: list[float]) -> None:
    world = World(Memory(messages(500)))
    save = world.checkpoints.save

    def slowly(checkpoint: Checkpoint) -> None:
        save(checkpoint)
        seconds[0] += 1.0

    def pass_by(*_: object) -> None:
        seconds[0] += 1.0

    world.checkpoints.save = slowly  # type: ignore[method-assign]
    world.engine(tally("1"), checkpoint_seconds=2.0, observe=pass_by).run()
    assert world.checkpoints.saved == [1, 21, 41, 49]


def test_input_is_released_up_to_the_checkpoint_before_the_newest() -> None:
    world, released = World(), list[Position]()
    world.engine(tally("1"), checkpoint_batches=2, release=released.append).run()
    assert released == [{0: 20}, {0: 40}]


def test_it_can_be_stopped_while_it_computes_the_journal_again() -> None:
    world, stop, redone = World(), threading.Event(), list[int]()
    world.engine(tally("1")).run()
    world.sinks.append(MemorySink())

    def ask(entry: Entry) -> None:
        redone.append(entry.batch)
        if entry.batch == 2:
            stop.set()

    assert world.engine(tally("1"), redone=ask).run(stop) == 2
    again = tally("1")
    world.engine(again, redone=ask).run()
    assert redone == [0, 1, 2, 3, 4]
    assert again.steps == [10, 10]
    assert lines(world.sinks[0]) == undisturbed()


def test_observers_are_told_every_new_batch_once() -> None:
    world, told = World(sinks=[Failing(2, after=False)]), list[int]()

    def note(entry: Entry, outcome: Tallied, seconds: float) -> None:
        assert seconds >= 0
        told.append(entry.batch)

    with pytest.raises(StorageFailed):
        world.engine(tally("1"), observe=note).run()
    world.engine(tally("1"), observe=note).run()
    assert told == [0, 1, 3, 4]


def test_a_full_state_stops_consumption_and_more_memory_goes_on_from_there() -> None:
    world = World(Memory(messages(50, keys=50)))
    with pytest.raises(StateFull, match="may hold"):
        world.engine(tally("1"), max_memory=16 * 15).run()
    assert 0 < len(world.primary.batches) < 5
    whole = World(Memory(messages(50, keys=50)))
    whole.engine(tally("1")).run()
    assert lines(world.primary) == lines(whole.primary)[: len(lines(world.primary))]
    world.engine(tally("1"), max_memory=1 << 20).run()
    assert lines(world.primary) == lines(whole.primary)
