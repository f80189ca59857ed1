from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.recovery.tally import Sums, encode, messages
from tests.unit.engine.runs import Several, World, entries, lines, tally, undisturbed

from fraudstream.engine import Difference, rebuild, replay
from fraudstream.engine.ranges import read_again
from fraudstream.errors import InputInvalid
from fraudstream.events import Records
from fraudstream.ports import Entry
from fraudstream.sources.memory import Memory


def held(world: World) -> Iterator[tuple[Entry, bytes]]:
    return ((entry, encode(outcome)) for entry, outcome in world.primary.batches)


def past(world: World) -> Iterator[tuple[Entry, Records]]:
    return ((entry, read_again(world.source, entry)) for entry in entries(world.primary))


@pytest.fixture
def world() -> World:
    world = World()
    world.engine(tally("1"), checkpoint_batches=2).run()
    return world


def test_a_journal_run_again_gives_the_same_decisions(world: World) -> None:
    programs = Several({"1": tally("1")})
    assert list(replay(programs, world.source, held(world), encode)) == []


def test_it_can_begin_at_a_checkpoint(world: World) -> None:
    start, program = world.checkpoints.newest(3), tally("1")
    later = (pair for pair in held(world) if pair[0].batch > 3)
    assert list(replay(Several({"1": program}), world.source, later, encode, start)) == []
    assert program.steps == [10]


def test_every_decision_that_differs_is_found(world: World) -> None:
    changed = messages(50)
    changed[23] = changed[23].replace(b"23", b"24")
    found = list(replay(Several({"1": tally("1")}), Memory(changed), held(world), encode))
    assert found[0] == Difference(2, 3, b"23 4 86 1", b"23 4 87 1")
    assert {line.now.split()[1] for line in found if line.now} == {b"4"}


def test_a_decision_too_many_or_too_few_is_a_difference(world: World) -> None:
    several = Several({"1": tally("1")})
    short = ((entry, then.rpartition(b"\n")[0]) for entry, then in held(world))
    longer = ((entry, then + b"more\n") for entry, then in held(world))
    fewer = ((entry, then[: then.index(b"\n") + 1]) for entry, then in held(world))
    assert list(replay(several, world.source, short, encode)) == [
        *replay(several, world.source, held(world), encode)
    ]
    assert {found.now for found in replay(several, world.source, longer, encode)} == {None}
    assert {found.then for found in replay(several, world.source, fewer, encode)} == {None}


def test_state_for_other_features_is_made_from_the_journal(world: World) -> None:
    program = tally("2", "sums/2")
    world.checkpoints.save(rebuild(program, past(world)))
    world.source.append(messages(60)[50:])
    world.engine(Several({"1": tally("1"), "2": tally("2", "sums/2")})).run()
    assert lines(world.primary)[:50] == undisturbed()
    whole = World(Memory(messages(60)))
    whole.engine(tally("2", "sums/2")).run()
    assert lines(world.primary)[50:] == lines(whole.primary)[50:]


def test_there_is_no_state_without_a_journal() -> None:
    with pytest.raises(InputInvalid, match="journal is empty"):
        rebuild(tally("1"), [])


def test_a_replay_leaves_the_running_state_alone(world: World) -> None:
    before = world.checkpoints.newest()
    list(replay(Several({"1": tally("1")}), world.source, held(world), encode))
    after = world.checkpoints.newest()
    assert before is not None
    assert after is not None
    assert tally("1").restore(after.arrays) == tally("1").restore(before.arrays)
    assert isinstance(tally("1").restore(after.arrays), Sums)
