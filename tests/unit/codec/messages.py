"""Presets and messages for the codec's tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from fraudstream.codec import Decoded, Decoder
from fraudstream.codec.words import PAD, U8
from fraudstream.events import NO_TIMESTAMP, Lines, Records, Reject
from fraudstream.schema import (
    Costs,
    Currency,
    Field,
    FieldType,
    InputSpec,
    LabelSpec,
    Preset,
)

SECRET = bytes(range(16))
YEAR_2025 = 1_735_689_600_000

FIELDS = (
    Field("transaction_id", ("id",), FieldType.TEXT, required=True),
    Field("event_time", ("time",), FieldType.TIME, required=True),
    Field("amount", ("money", "amount"), FieldType.MONEY, required=True, currency="currency"),
    Field("currency", ("money", "currency"), FieldType.TEXT),
    Field("account_id", ("account",), FieldType.TEXT),
    Field("card_id", ("card",), FieldType.TEXT, hash=True),
    Field("channel", ("channel",), FieldType.ENUM, values=("pos", "ecom", "a channel of its own")),
    Field("country", ("place", "country"), FieldType.COUNTRY),
    Field("lat", ("place", "lat"), FieldType.NUMBER, decimals=3),
    Field("note", ("note",), FieldType.TEXT),
    Field("signup", ("signup",), FieldType.TIME, format="%d.%m.%Y %H:%M", zone="Europe/Berlin"),
    Field("seen", ("seen",), FieldType.TIME, format="unix"),
    Field("present", ("present",), FieldType.BOOLEAN),
    Field("is_fraud", ("fraud",), FieldType.BOOLEAN),
    Field("known_at", ("known",), FieldType.TIME),
    Field("kind", ("kind",), FieldType.KIND),
)

PRESET = Preset(
    name="bank",
    input=InputSpec(kind="kind", max_bytes=20_000),
    currency=Currency(
        base="EUR",
        digits={"EUR": 2, "JPY": 0, "KWD": 3, "USD": 2},
        rates={
            "USD": ((0, 9, 10), (YEAR_2025, 19, 20)),
            "JPY": ((0, 3, 5),),
        },
    ),
    fields=FIELDS,
    entities=(("account", ("account_id",)), ("card_country", ("card_id", "country"))),
    filters=(),
    inputs=(),
    features=(),
    labels=LabelSpec(),
    costs=Costs(),
)
DECODER = Decoder(PRESET, SECRET)

FINE: dict[str, Any] = {
    "id": "tx1",
    "time": "2026-01-31T13:00:05.120Z",
    "money": {"amount": 512.30, "currency": "EUR"},
    "account": "acc1",
}


def preset_with(name: str, **changes: Any) -> Preset:
    """The preset with one field changed."""
    fields = tuple(replace(f, **changes) if f.name == name else f for f in FIELDS)
    return replace(PRESET, fields=fields)


def message(**changes: Any) -> bytes:
    """The fine message with some keys changed; ``None`` leaves a key out."""
    kept = {key: value for key, value in (FINE | changes).items() if value is not None}
    return json.dumps(kept).encode()


def priced(amount: str, currency: str = "EUR", **changes: Any) -> bytes:
    """The fine message with an amount written as given."""
    text = message(money={"amount": "AMOUNT", "currency": currency}, **changes)
    return text.replace(b'"AMOUNT"', amount.encode())


def records_of(payload: Sequence[bytes] | pa.RecordBatch, source: str = "log") -> Records:
    """Messages of partition 0, one offset after the other."""
    lines = payload if isinstance(payload, pa.RecordBatch) else Lines.of(payload)
    rows = len(payload)
    return Records(
        source,
        lines,
        np.zeros(rows, np.int32),
        np.arange(rows, dtype=np.int64),
        np.full(rows, NO_TIMESTAMP, np.int64),
    )


def decode(*messages: bytes, decoder: Decoder = DECODER) -> Decoded:
    """Decode messages as one batch."""
    return decoder.decode(records_of(messages))


def only_reject(raw: bytes, decoder: Decoder = DECODER) -> Reject:
    """The reject that one message becomes."""
    decoded = decode(raw, decoder=decoder)
    assert len(decoded.events) == 0, "it was accepted"
    assert len(decoded.rejects) == 1
    return decoded.rejects[0]


def texts_of(decoded: Decoded, decoder: Decoder = DECODER) -> list[dict[str, str]]:
    """The texts of each event by name."""
    names = decoder._plan.layout.texts
    texts = decoded.events.texts
    found = [
        {name: texts.text(row, column) for column, name in enumerate(names)}
        for row in range(len(decoded.events))
    ]
    return [{name: text for name, text in row.items() if text is not None} for row in found]


def buffer(text: bytes, room: int = 0) -> U8:
    """Bytes as kernels want them: something to read after their end."""
    return np.frombuffer(text + bytes(PAD + room), np.uint8).copy()
