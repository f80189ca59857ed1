"""Two engines as a user starts them: one leads, the other stands by with live state."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.recovery.service.bank import silent
from tests.recovery.service.judging import decided
from tests.recovery.service.place import Place
from tests.recovery.service.program import Program
from tests.recovery.service.sending import RIGHT, Sending
from tests.services.broker import Broker

from fraudstream.config import Home
from fraudstream.engine import FileCheckpoints
from fraudstream.stores.postgres import Address, migrate
from fraudstream.wiring.champions import promoted
from fraudstream.wiring.states import rebuilt


@pytest.fixture
def place(kafka: Broker, postgres: str, model: Path, guarded: Path) -> Place:
    migrate(Address.of(postgres))
    made = replace(Place.made("database", kafka.bootstrap, postgres, guarded), takeover="6s")
    promoted(made.settings(), str(model))
    return made


@pytest.fixture
def engines(place: Place) -> Iterator[tuple[Program, Program]]:
    """One that leads, and one that follows it."""
    first, second = Program(place, "first"), Program(place, "second")
    with ExitStack() as stack:
        for engine in (first, second):
            stack.callback(engine.server.kill)
            engine.start()
            if engine is first:
                engine.wait(lambda: first.says()["role"] == "leading")
        yield first, second


def test_a_standby_decides_soon_after_a_kill_with_the_state_that_a_replay_gives(
    place: Place, engines: tuple[Program, Program]
) -> None:
    (first, second), bank = engines, Sending(place)
    bank.send(0.5)
    second.wait(bank.is_decided)
    second.wait(lambda: second.says()["batch"] == first.says()["batch"])
    assert second.says()["role"] == "following"
    first.server.kill()
    bank.send(0.6)
    seconds = second.wait(bank.is_decided)
    print(f"the standby had decided new messages {seconds:.1f} s after the kill of the leader")
    assert seconds < 60
    assert second.says()["epoch"] == 2
    bank.send(1.0)
    second.wait(bank.is_decided)
    second.stop()
    assert bank.wrong() == RIGHT
    require_same_state(place)


def require_same_state(place: Place) -> None:
    """What the second engine left is what the journal leads to, in every bit."""
    rebuilt(place.settings("third"), threading.Event(), silent)
    left, made = (
        FileCheckpoints(Home(place.folder / home).checkpoints).newest()
        for home in ("second", "third")
    )
    assert left is not None and made is not None
    assert (left.batch, left.position) == (made.batch, made.position)
    assert left.arrays.keys() == made.arrays.keys()
    for name, array in left.arrays.items():
        np.testing.assert_array_equal(array, made.arrays[name], name)


def test_a_leader_that_was_paused_cannot_write_any_more_and_follows(
    place: Place, engines: tuple[Program, Program]
) -> None:
    (first, second), bank = engines, Sending(place)
    bank.send(0.3)
    first.wait(lambda: decided(place) > 0)
    first.server.pause()
    bank.send(0.5)
    seconds = second.wait(bank.is_decided)
    print(f"the standby had decided new messages {seconds:.1f} s after the pause of the leader")
    first.server.resume()
    bank.send(0.8)
    first.wait(lambda: first.says()["role"] == "following")
    second.wait(bank.is_decided)
    assert "another engine has taken over" in first.log()
    assert "Traceback" not in first.log()
    assert second.says()["role"] == "leading"
    second.stop()
    bank.send(1.0)
    first.wait(bank.is_decided)
    assert first.says()["epoch"] == 3
    first.stop()
    assert bank.wrong() == RIGHT
