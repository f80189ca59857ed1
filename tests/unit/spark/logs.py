"""Random logs of several partitions, as messages, with all that goes wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from tests.oracle.happening import Happening
from tests.oracle.presets import DAY, HOUR, MINUTE, preset_of, random_features
from tests.oracle.streams import Weather, stream

from fraudstream.events import Envelope, Kind, Lines, Records
from fraudstream.schema import Field, FieldType, Input, InputFunction, Preset

KEY = bytes(range(16))
NAME = "raw_transactions"
WINDOWS = [MINUTE, 10 * MINUTE, HOUR, 5 * HOUR, DAY]
_CHANNELS = ("pos", "ecom", "atm")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a log: where it stands, when the log says that it came, its bytes."""

    partition: int
    offset: int
    timestamp: int
    raw: bytes


def random_preset(chance: random.Random, carried: bool = False) -> Preset:
    """Any features over messages that can be of every kind."""
    preset = preset_of(random_features(chance, 20, WINDOWS))
    fields = [replace(f, format="unix_ms") if f.name == "event_time" else f for f in preset.fields]
    inputs = (
        Input("amount", InputFunction.NUMBER, "amount"),
        Input("hour", InputFunction.HOUR),
        Input("channel", InputFunction.CODE, "channel"),
        Input("account_age_days", InputFunction.AGE_DAYS, "opened", "account"),
        Input("merchant_age_days", InputFunction.AGE_DAYS, "opened", "merchant"),
    )
    return replace(
        preset,
        input=replace(preset.input, kind="kind"),
        fields=(
            *fields,
            Field("kind", ("kind",), FieldType.KIND),
            Field("is_fraud", ("is_fraud",), FieldType.BOOLEAN),
            Field("opened", ("opened",), FieldType.TIME, format="unix_ms"),
        ),
        inputs=inputs,
        labels=replace(preset.labels, field="is_fraud" if carried else None, known_after=HOUR),
    )


def random_log(chance: random.Random, count: int, partitions: int) -> list[Message]:
    """Messages in the order in which they were appended, timestamps not always ascending."""
    log: list[Message] = []
    ends = [0] * partitions
    for happening in stream(chance, count, Weather(too_late=0.05)):
        message = _told(happening)
        if chance.random() < 0.04:
            message["kind"], message["opened"] = "profile", happening.time - DAY
        raws = [json.dumps(message).encode()]
        if chance.random() < 0.06:
            raws *= 2
        if chance.random() < 0.03:
            raws.append(json.dumps(message | {"amount": "1.00"}).encode())
        if chance.random() < 0.03:
            raws.append(b'{"transaction_id": 1')
        for raw in raws:
            partition = chance.randrange(partitions)
            stamp = (happening.arrival or 0) - chance.choice([0, 0, 0, chance.randrange(MINUTE)])
            if chance.random() < 0.01:
                stamp += chance.choice([HOUR, 900 * DAY])
            log.append(Message(partition, ends[partition], stamp, raw))
            ends[partition] += chance.choice([1, 1, 2])
    return log


def _told(happening: Happening) -> dict[str, object]:
    numbers = happening.numbers
    message: dict[str, object] = {
        "kind": happening.kind.name.lower(),
        "transaction_id": f"tx{happening.id}",
        "event_time": happening.time,
        "amount": f"{numbers['amount'] // 100}.{numbers['amount'] % 100:02}",
        **happening.texts,
        **{name: numbers[name] / 1e6 for name in ("lat", "lon") if name in numbers},
    }
    if "risk" in numbers:
        message["risk"] = numbers["risk"] / 100
    if "channel" in happening.codes:
        message["channel"] = _CHANNELS[happening.codes["channel"]]
    if happening.kind is Kind.LABEL:
        message["is_fraud"] = happening.fraud == 1
    elif happening.kind is Kind.TRANSACTION and happening.id % 3 == 0:
        message["is_fraud"] = True
    return message


def records_of(messages: Sequence[Message]) -> Records:
    """A batch, partition by partition."""
    ordered = sorted(messages, key=lambda message: (message.partition, message.offset))
    return Records(
        source=NAME,
        payload=Lines.of([message.raw for message in ordered]),
        partitions=np.array([message.partition for message in ordered], np.int32),
        offsets=np.array([message.offset for message in ordered], np.int64),
        timestamps=np.array([message.timestamp for message in ordered], np.int64),
        envelopes=[_envelope(message) for message in ordered],
    )


def _envelope(message: Message) -> Envelope:
    return Envelope(b"key %d" % message.offset, (("trace", b"\xff"), ("none", None)))
