"""Servers go away while an engine works: it waits, says so, and goes on alone; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.recovery.service.place import Place
from tests.recovery.service.program import Program
from tests.recovery.service.sending import RIGHT, Sending
from tests.services.broker import Broker
from tests.services.database import DatabaseServer

from fraudstream.stores.postgres import Address, migrate
from fraudstream.wiring.champions import promoted

RETRIES = "fraudstream_sink_retries_total"
MEMORY = "process_resident_memory_bytes"
DECIDED = "fraudstream_decisions_total"
BULK, PIECE = 150, 800_000
"""Messages and bytes of each: more than may wait anywhere."""


@contextmanager
def engine_at(place: Place, model: Path) -> Iterator[Program]:
    migrate(Address.of(place.database))
    promoted(place.settings(), str(model))
    engine = Program(place, "engine")
    try:
        engine.start()
        engine.wait(lambda: engine.says()["role"] == "leading")
        yield engine
    finally:
        engine.server.kill()


def test_a_database_that_is_away_is_waited_for_and_nothing_more_is_read(
    kafka: Broker, postgres_server: DatabaseServer, model: Path, guarded: Path
) -> None:
    place = Place.made("database", kafka.bootstrap, postgres_server.database(), guarded)
    with engine_at(place, model) as engine:
        sending = Sending(place)
        send_and_wait(engine, sending, 0.2)
        postgres_server.stop()
        sending.send(0.3)
        engine.wait(lambda: "postgresql" in engine.says()["waiting_for"])
        require_bounded(engine, kafka, place)
        postgres_server.start()
        engine.wait(sending.is_decided)
        assert engine.measures(RETRIES) > 0
        sending.send(0.6)
        postgres_server.kill()
        engine.wait(lambda: "postgresql" in engine.says()["waiting_for"])
        postgres_server.start()
        engine.wait(sending.is_decided)
        postgres_server.pause()
        sending.send(0.8)
        engine.wait(lambda: engine.says()["seconds_since_turn"] > 2)
        postgres_server.resume()
        engine.wait(sending.is_decided)
        finish(engine, sending)


def require_bounded(engine: Program, kafka: Broker, place: Place) -> None:
    """While it waits, what comes in stays where it is."""
    decided, memory = engine.measures(DECIDED), engine.measures(MEMORY)
    kafka.write(place.topic("raw"), ((None, b"?" * PIECE) for _ in range(BULK)))
    assert engine.says()["waiting_for"]
    assert engine.measures(DECIDED) == decided
    assert engine.measures(MEMORY) - memory < BULK * PIECE / 2


def test_brokers_that_are_away_are_waited_for(
    kafka_cluster: Broker, postgres: str, model: Path, guarded: Path
) -> None:
    place = Place.made("database", kafka_cluster.bootstrap, postgres, guarded)
    with engine_at(place, model) as engine:
        sending = Sending(place)
        send_and_wait(engine, sending, 0.2)
        sending.send(0.4)
        kafka_cluster.brokers[0].kill()
        engine.wait(sending.is_decided)
        kafka_cluster.start()
        sending.send(0.6)
        for broker in kafka_cluster.brokers:
            broker.kill()
        engine.wait(lambda: not engine.says()["ready"])
        kafka_cluster.start()
        engine.wait(sending.is_decided)
        sending.send(0.8)
        for broker in kafka_cluster.brokers:
            broker.pause()
        engine.wait(lambda: not engine.says()["ready"])
        for broker in kafka_cluster.brokers:
            broker.resume()
        engine.wait(sending.is_decided)
        finish(engine, sending)


def send_and_wait(engine: Program, sending: Sending, share: float) -> None:
    sending.send(share)
    engine.wait(sending.is_decided)


def finish(engine: Program, sending: Sending) -> None:
    """Whatever happened, the result is that of a run that nobody disturbed."""
    send_and_wait(engine, sending, 1.0)
    engine.wait(lambda: engine.says()["ready"])
    engine.stop()
    assert "Traceback" not in engine.log()
    assert sending.wrong() == RIGHT
