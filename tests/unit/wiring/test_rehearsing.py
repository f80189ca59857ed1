"""Making ready takes every preset through every stage and leaves nothing behind."""

from __future__ import annotations

from contextlib import closing

import pytest

from fraudstream.decisions import Outcome
from fraudstream.ports import Entry
from fraudstream.schema import builtin, builtin_names
from fraudstream.stores.postgres import Address, PostgresStore, migrate
from fraudstream.wiring.building import deciding
from fraudstream.wiring.rehearsing import rehearse


class Rehearsed:
    """A sink that is only ever rehearsed."""

    name = "rehearsed"

    def __init__(self) -> None:
        self.told: list[tuple[Entry, Outcome]] = []

    def rehearse(self, entry: Entry, outcome: Outcome) -> None:
        self.told.append((entry, outcome))

    def position(self) -> int:
        return -1

    def write(self, entry: Entry, outcome: Outcome) -> None:
        raise AssertionError("nothing is written")

    def close(self) -> None:
        raise AssertionError("it is not the rehearsal's to close")


@pytest.mark.parametrize("name", builtin_names())
def test_sinks_are_given_one_decision_and_write_none(name: str) -> None:
    preset, sink = builtin(name), Rehearsed()
    rehearse(deciding(preset, bytes(16)), preset, [sink])
    ((_, outcome),) = sink.told
    assert (len(outcome), outcome.actions.tolist()) == (1, [0])


@pytest.mark.parametrize("name", builtin_names())
def test_a_database_is_rehearsed_and_stays_empty(name: str, postgres: str) -> None:
    migrate(Address.of(postgres))
    preset = builtin(name)
    with closing(PostgresStore(postgres, preset)) as store:
        rehearse(deciding(preset, bytes(16)), preset, [store])
        assert store.position() == -1
        assert store.reader().rows("select * from transactions") == []
