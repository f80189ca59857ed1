"""Rows as named Arrow columns: the payments preset's fields, absent where an event has none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudstream.simulator.customers import EXTERNAL
from fraudstream.simulator.rows import LABEL, PROFILE, TRANSACTION, Chunk, Rows
from fraudstream.simulator.seeding import Ints
from fraudstream.simulator.vocabulary import (
    CATEGORIES,
    CHANNELS,
    COUNTRIES,
    CURRENCIES,
    CURRENCY_CODES,
    GENUINE,
    KINDS,
    METHODS,
    SOURCES,
    TYPES,
)

__all__ = ["iso_times", "to_arrow", "words"]

_SCALE = np.array([10.0**currency.decimals for currency in CURRENCIES.values()])
_HEX = np.array([f"{byte:02x}" for byte in range(256)], dtype="S2").view(np.uint16)
_OCTETS = pa.array([str(octet) for octet in range(256)])


def to_arrow(chunk: Chunk, *, truth: bool = False) -> pa.RecordBatch:
    """Return the chunk as a table of the payments preset's fields.

    Times are UTC timestamps in ms, amounts float64 whose shortest text is the exact amount.
    ``truth`` adds ``is_fraud`` and ``attack`` to transactions; otherwise only labels tell.
    """
    rows = chunk.rows
    payment = rows["kind"] != PROFILE
    columns = {
        "kind": words(KINDS, np.where(rows["kind"] == TRANSACTION, -1, rows["kind"])),
        "transaction_id": _named("tx_", rows["number"], 9),
        "event_time": pa.array(rows["event_time"], pa.timestamp("ms", "UTC")),
        "amount": pa.array(rows["amount"] / _SCALE[rows["currency"]], mask=~payment),
        "currency": words(CURRENCY_CODES, rows["currency"]),
        "type": words(TYPES, rows["type"]),
        "account_id": _named("acc_", rows["account"], 5),
        "card_id": _hashed("card_", rows["card"]),
        "card_bin": _named("", rows["bin"], 6),
        "merchant_id": _named("mer_", rows["merchant"], 5),
        "merchant_category": words([c.name for c in CATEGORIES], rows["category"]),
        "terminal_id": _named("term_", rows["terminal"], 5),
        "counterparty_id": _counterparty(rows["counterparty"]),
        "device_id": _hashed("dev_", rows["device"]),
        "ip": _addresses(rows["ip"]),
        "country": words([country.code for country in COUNTRIES], rows["country"]),
        "lat": pa.array(rows["lat"], from_pandas=True),
        "lon": pa.array(rows["lon"], from_pandas=True),
        "channel": words(CHANNELS, rows["channel"]),
        "payment_method": words(METHODS, rows["method"]),
        "signup_time": pa.array(rows["signup"], pa.timestamp("ms", "UTC"), mask=payment),
        **_label(chunk, rows, truth),
    }
    return pa.RecordBatch.from_pydict(columns)


def _label(chunk: Chunk, rows: Rows, truth: bool) -> dict[str, pa.Array]:
    label = rows["kind"] == LABEL
    told = label | ((rows["kind"] == TRANSACTION) & truth)
    reasons = np.where(label, rows["reason"].astype(np.int64) + 1, -1)
    columns = {
        "is_fraud": pa.array(rows["attack"] >= 0, mask=~told),
        "known_at": pa.array(rows["at"], pa.timestamp("ms", "UTC"), mask=~label),
        "source": words(SOURCES, rows["source"]),
        "reason_code": words([GENUINE, *chunk.attacks], reasons),
    }
    if truth:
        attack = np.where(rows["kind"] == TRANSACTION, rows["attack"], -1)
        columns["attack"] = words(chunk.attacks, attack)
    return columns


def words(vocabulary: Sequence[str], codes: npt.NDArray[np.integer]) -> pa.Array:
    """Return the word for each code, null where the code is negative."""
    chosen = pa.array(codes.astype(np.int64), mask=codes < 0)
    return pa.array(vocabulary, pa.string()).take(chosen)


def iso_times(times: pa.Array) -> pa.Array:
    """Return UTC timestamps as ``2026-01-31T13:00:05.120Z``."""
    return pc.binary_replace_slice(times.cast(pa.string()), start=10, stop=11, replacement="T")


def _named(prefix: str, numbers: Ints, width: int) -> pa.Array:
    digits = pa.array(numbers, mask=numbers < 0).cast(pa.string())
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(digits, width, "0"), "")


def _hashed(prefix: str, tokens: Ints) -> pa.Array:
    hexadecimal = _HEX[tokens.astype(">u4").view(np.uint8)].view("S8")
    return pc.binary_join_element_wise(prefix, _fixed(hexadecimal, tokens < 0), "")


def _fixed(texts: npt.NDArray[np.bytes_], absent: npt.NDArray[np.bool_]) -> pa.Array:
    """Return texts of one length as an Arrow array, without a Python object for each."""
    width = texts.dtype.itemsize
    binary = pa.Array.from_buffers(
        pa.binary(width), len(texts), [None, pa.py_buffer(np.ascontiguousarray(texts))]
    )
    return pc.if_else(pa.array(absent), None, binary.cast(pa.binary()).cast(pa.string()))


def _counterparty(numbers: Ints) -> pa.Array:
    own = _named("acc_", np.where(numbers < EXTERNAL, numbers, -1), 5)
    return pc.coalesce(own, _named("ext_", np.where(numbers < EXTERNAL, -1, numbers - EXTERNAL), 6))


def _addresses(ips: Ints) -> pa.Array:
    octets = [_OCTETS.take(pa.array((ips >> shift) & 255, mask=ips < 0)) for shift in (24, 16, 8, 0)]
    return pc.binary_join_element_wise(*octets, ".")
