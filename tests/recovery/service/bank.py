"""What the engines of a trial read, and the model they decide with."""

from __future__ import annotations

import json
import random
import select
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Producer
from tests.recovery.service.place import PARTITIONS, Place

from fraudstream.schema import builtin
from fraudstream.simulator import Settings as Bank
from fraudstream.simulator import encode_json, stream
from fraudstream.simulator.vocabulary import KINDS
from fraudstream.stores.models import save_model
from fraudstream.training import Settings as Training
from fraudstream.wiring.history import History, Reading
from fraudstream.wiring.learning import train_model

__all__ = ["Message", "feed", "learn", "messages_of", "silent", "write"]

HISTORY = Bank(customers=120, days=40, fraud_share=0.05, settle=False)
TOPICS = {"label": "labels", "profile": "profiles"}
COPIES, POISON = 0.01, 0.01
"""Shares of messages that come a second time, and of those that nobody can read."""

SLICE = 10
"""Messages that are written at a time."""


@dataclass(frozen=True)
class Message:
    """What goes into a topic; ``name`` is the id of a transaction."""

    topic: str
    account: int
    at: int
    value: bytes
    name: str | None = None


def silent(stage: str, done: int, total: int) -> None:
    """Nobody is told."""


def learn(folder: Path) -> Path:
    """A folder with a small model."""
    history = folder / "history.jsonl"
    history.write_bytes(b"".join(encode_json(chunk, truth=True) for chunk in stream(HISTORY)))
    reading = Reading(builtin("payments"), History(history))
    model = train_model(reading, Training(trees=15, bins=63, threads=1), silent)
    save_model(folder / "model", model)
    return folder / "model"


def messages_of(seed: int, days: float) -> list[Message]:
    """What a bank sends in so many days, in order, with copies and with what is no message."""
    dice, bank = random.Random(seed), HISTORY.continued(days=days, attack_seed=seed + 1)
    spoiled: list[Message] = []
    for message in _messages(bank):
        spoiled.append(message)
        if dice.random() < COPIES:
            spoiled.append(message)
        if dice.random() < POISON:
            spoiled.append(Message("raw", message.account, message.at, b'{"transaction_id": "'))
    return spoiled


def _messages(bank: Bank) -> Iterator[Message]:
    for chunk in stream(bank):
        columns = (chunk.column(name).tolist() for name in ("kind", "account", "at"))
        for kind, account, at, value in zip(*columns, encode_json(chunk).splitlines(), strict=True):
            is_transaction = KINDS[kind] == "transaction"
            name = json.loads(value)["transaction_id"] if is_transaction else None
            yield Message(TOPICS.get(KINDS[kind], "raw"), account, at, value, name)


def feed(place: Place, messages: list[Message], pause: float, hurry: int) -> None:
    """Write all messages, each stamped with the time at which it arrived.

    A few, then ``pause`` seconds, until nobody holds the other end of the pipe ``hurry``; then
    without a pause.
    """
    producer = _producer(place)
    for start in range(0, len(messages), SLICE):
        _send(producer, place, messages[start : start + SLICE])
        if pause and select.select([hurry], [], [], pause)[0]:
            pause = 0.0


def write(place: Place, messages: Sequence[Message]) -> None:
    """Write some messages; all are acknowledged on return."""
    _send(_producer(place), place, messages)


def _producer(place: Place) -> Producer:
    return Producer({"bootstrap.servers": place.bootstrap, "enable.idempotence": True})


def _send(producer: Producer, place: Place, messages: Sequence[Message]) -> None:
    for message in messages:
        partition = message.account % PARTITIONS if message.topic == "raw" else 0
        topic, key = place.topic(message.topic), str(message.account).encode()
        producer.produce(topic, message.value, key, partition, timestamp=message.at)
    assert producer.flush(60) == 0, "not every message was acknowledged"
