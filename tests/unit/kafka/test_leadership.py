"""Who owns the input, and how soon another one does."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from tests.services.broker import Broker

from fraudstream.errors import SettingsInvalid
from fraudstream.kafka import Cluster
from fraudstream.kafka.leadership import ControlTopic

ENGINE = """
import sys, time
from fraudstream.kafka import Cluster
from fraudstream.kafka.leadership import ControlTopic
control = ControlTopic(Cluster(sys.argv[1]), sys.argv[2])
while not control.leads():
    time.sleep(0.05)
print("leads", flush=True)
time.sleep(600)
"""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def joined(kafka: Broker, topic: str, stack: ExitStack) -> ControlTopic:
    return stack.enter_context(closing(ControlTopic(Cluster(kafka.bootstrap), topic)))


def seconds_until(condition: Callable[[], bool], at_most: float) -> float:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < at_most, "did not happen"
        time.sleep(0.05)
    return time.monotonic() - begun


def test_one_of_two_leads_and_hands_over_when_it_leaves(kafka: Broker, stack: ExitStack) -> None:
    topic = kafka.topic()
    first = joined(kafka, topic, stack)
    seconds_until(first.leads, 30)
    second = joined(kafka, topic, stack)
    time.sleep(2)
    assert first.leads() and not second.leads()
    first.close()
    assert not first.leads()
    seconds_until(second.leads, 30)


def test_another_one_leads_soon_after_the_first_is_killed(kafka: Broker, stack: ExitStack) -> None:
    topic = kafka.topic()
    command = [sys.executable, "-c", ENGINE, kafka.bootstrap, topic]
    engine = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    stack.callback(engine.kill)
    assert engine.stdout is not None and engine.stdout.readline() == "leads\n"
    standby = joined(kafka, topic, stack)
    time.sleep(2)
    assert not standby.leads()
    engine.kill()
    assert seconds_until(standby.leads, 30) > 0


def test_one_that_was_superseded_resigns_and_leaves_the_owner_alone(
    kafka: Broker, stack: ExitStack
) -> None:
    topic = kafka.topic()
    owner, other = joined(kafka, topic, stack), joined(kafka, topic, stack)
    seconds_until(lambda: owner.leads() or other.leads(), 30)
    if other.leads():
        owner, other = other, owner
    other.resign()
    time.sleep(2)
    assert owner.leads() and not other.leads()
    owner.close()
    seconds_until(other.leads, 30)


def test_one_that_resigns_and_is_alone_is_given_it_again(kafka: Broker, stack: ExitStack) -> None:
    control = joined(kafka, kafka.topic(), stack)
    seconds_until(control.leads, 30)
    control.resign()
    assert not control.leads()
    seconds_until(control.leads, 30)


def test_a_session_that_the_brokers_do_not_grant_is_an_error_and_no_waiting(
    kafka: Broker, stack: ExitStack
) -> None:
    cluster, an_instant = Cluster(kafka.bootstrap), 100
    control = stack.enter_context(closing(ControlTopic(cluster, kafka.topic(), an_instant)))
    with pytest.raises(SettingsInvalid, match="sessions of this length"):
        seconds_until(control.leads, 30)
