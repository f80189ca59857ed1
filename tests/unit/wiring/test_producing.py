"""The simulated bank as Kafka's producer: keyed, dated now, each kind in its topic."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from tests.services.broker import Broker, Message
from tests.unit.wiring.conftest import silent

from fraudstream.config.kafka import KafkaSettings
from fraudstream.simulator import Settings, Who
from fraudstream.wiring.producing import Producer
from fraudstream.wiring.simulating import Simulation

BANK = Settings(customers=200, days=3)


@pytest.fixture
def settings(kafka: Broker) -> KafkaSettings:
    topics = {name: kafka.topic(2, name) for name in ("transactions", "labels", "profiles")}
    return KafkaSettings.model_validate({"topics": topics})


def producer(
    kafka: Broker, settings: KafkaSettings, who: Who = "both", preset: str = "payments"
) -> Producer:
    wanted = Simulation(BANK, who, preset)
    return Producer(wanted, kafka.url(settings.topics.transactions), settings)


def held(kafka: Broker, topic: str) -> list[tuple[Message, dict[str, object]]]:
    return [(m, json.loads(m.value or b"")) for m in kafka.read(topic)]


def test_every_event_is_in_the_topic_of_its_kind_once(
    kafka: Broker, settings: KafkaSettings
) -> None:
    count = producer(kafka, settings).write_stretch(Event(), silent)
    topics = settings.topics
    kinds = {
        name: {said.get("kind", "transaction") for _, said in held(kafka, name)}
        for name in (topics.transactions, topics.labels, topics.profiles)
    }
    assert kinds[topics.transactions] <= {"transaction", "reversal"}
    assert (kinds[topics.labels], kinds[topics.profiles]) == ({"label"}, {"profile"})
    assert sum(len(kafka.read(name)) for name in kinds) == count


def test_events_are_keyed_by_account_and_keep_their_order(
    kafka: Broker, settings: KafkaSettings
) -> None:
    producer(kafka, settings).write_stretch(Event(), silent)
    places: dict[object, set[int]] = {}
    last: dict[object, int] = {}
    for message, said in held(kafka, settings.topics.transactions):
        assert message.key == str(said["account_id"]).encode()
        assert message.timestamp >= last.get(message.key, 0)
        last[message.key] = message.timestamp
        places.setdefault(message.key, set()).add(message.partition)
    assert all(len(partitions) == 1 for partitions in places.values())


def test_history_that_ends_now_tells_nothing_that_has_not_happened(
    kafka: Broker, settings: KafkaSettings
) -> None:
    begin = datetime.now(UTC) - timedelta(days=3)
    wanted = Simulation(replace(BANK, start=begin, founded=begin))
    Producer(wanted, kafka.url(settings.topics.transactions), settings).write_stretch(
        Event(), silent
    )
    topics = settings.topics
    stamps = [
        m.timestamp for name in (topics.transactions, topics.labels) for m, _ in held(kafka, name)
    ]
    assert time.time() * 1000 - 3_600_000 < max(stamps) <= time.time() * 1000


def test_live_transactions_are_dated_when_they_are_written_at_the_rate_asked_for(
    kafka: Broker, settings: KafkaSettings
) -> None:
    begun = time.time()
    producer(kafka, settings).write_live(200, Event(), silent, duration=2)
    transactions = [
        (m, said) for m, said in held(kafka, settings.topics.transactions) if "kind" not in said
    ]
    assert 360 <= len(transactions) <= 440
    for message, _ in transactions:
        assert begun - 1 <= message.timestamp / 1000 <= begun + 4


def test_two_live_runs_share_no_transaction_id(kafka: Broker, settings: KafkaSettings) -> None:
    for _ in range(2):
        producer(kafka, settings).write_live(100, Event(), silent, duration=1.2)
    ids = [
        said["transaction_id"]
        for _, said in held(kafka, settings.topics.transactions)
        if "kind" not in said
    ]
    assert len(set(ids)) == len(ids) > 150


def test_normal_and_attack_are_two_producers_that_say_who_they_are(
    kafka: Broker, settings: KafkaSettings
) -> None:
    parts: tuple[Who, ...] = ("normal", "attack")
    for who in parts:
        producer(kafka, settings, who).write_stretch(Event(), silent)
    messages = kafka.read(settings.topics.transactions)
    assert {message.headers["producer"] for message in messages} == {b"normal", b"attack"}


def test_the_classic_message_goes_to_kafka_too(kafka: Broker, settings: KafkaSettings) -> None:
    count = producer(kafka, settings, preset="classic").write_stretch(Event(), silent)
    messages = held(kafka, settings.topics.transactions)
    assert len(messages) == count > 0
    assert all(m.key == str(said["account_id"]).encode() for m, said in messages)
    assert kafka.read(settings.topics.labels) == []


def test_told_to_stop_it_ends_with_everything_acknowledged(
    kafka: Broker, settings: KafkaSettings, tmp_path: Path
) -> None:
    stop = Event()

    def enough(stage: str, done: int, total: int) -> None:
        if done > 50:
            stop.set()

    count = producer(kafka, settings).write_live(500, stop, enough)
    topics = settings.topics
    names = topics.transactions, topics.labels, topics.profiles
    assert sum(len(kafka.read(name)) for name in names) == count
