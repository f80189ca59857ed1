"""Rows as named Arrow columns: the payments preset's fields, absent where an event has none."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

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

__all__ = ["iso_times", "join", "literal", "plain", "to_arrow", "words"]

_SCALE = np.array([10.0**currency.decimals for currency in CURRENCIES.values()])
_HEX = np.array([f"{byte:02x}" for byte in range(256)], dtype="S2").view(np.uint16)
_TIME = pa.timestamp("ms", "UTC")
_BOOLEANS = (False, True)
_REASONS = ("card_present", "card_absent", "card_cash", "transfer", GENUINE)  # by channel
_OCTETS = tuple(str(octet) for octet in range(256))
_CATEGORIES = tuple(category.name for category in CATEGORIES)
_COUNTRIES = tuple(country.code for country in COUNTRIES)


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
        "event_time": plain(rows["event_time"], _TIME),
        "amount": plain(rows["amount"] / _SCALE[rows["currency"]], pa.float64(), payment),
        "currency": words(CURRENCY_CODES, rows["currency"]),
        "type": words(TYPES, rows["type"]),
        "account_id": _named("acc_", rows["account"], 5),
        "card_id": _hashed("card_", rows["card"]),
        "card_bin": _named("", rows["bin"], 6),
        "merchant_id": _named("mer_", rows["merchant"], 5),
        "merchant_category": words(_CATEGORIES, rows["category"]),
        "terminal_id": _named("term_", rows["terminal"], 5),
        "counterparty_id": _counterparty(rows["counterparty"]),
        "device_id": _hashed("dev_", rows["device"]),
        "ip": _addresses(rows["ip"]),
        "country": words(_COUNTRIES, rows["country"]),
        "lat": _degrees(rows["lat"]),
        "lon": _degrees(rows["lon"]),
        "channel": words(CHANNELS, rows["channel"]),
        "payment_method": words(METHODS, rows["method"]),
        "signup_time": plain(rows["signup"], _TIME, ~payment),
        **_label(chunk, rows, truth),
    }
    return pa.RecordBatch.from_pydict(columns)


def _label(chunk: Chunk, rows: Rows, truth: bool) -> dict[str, pa.Array]:
    label = rows["kind"] == LABEL
    told = label | ((rows["kind"] == TRANSACTION) & truth)
    fraud = rows["attack"] >= 0
    columns = {
        "is_fraud": words(_BOOLEANS, np.where(told, fraud, -1)),
        "known_at": plain(rows["at"], _TIME, label),
        "source": words(SOURCES, rows["source"]),
        "reason_code": words(_REASONS, np.where(label, np.where(fraud, rows["channel"], 4), -1)),
    }
    if truth:
        attack = np.where(rows["kind"] == TRANSACTION, rows["attack"], -1)
        columns["attack"] = words(chunk.attacks, attack)
    return columns


def words(vocabulary: tuple[str | bool, ...], codes: npt.NDArray[np.integer]) -> pa.Array:
    """Return the word for each code, null where the code is negative."""
    return _array(vocabulary).take(plain(codes.astype(np.int64), pa.int64(), codes >= 0))


@lru_cache(maxsize=64)
def _array(vocabulary: tuple[str | bool, ...]) -> pa.Array:
    return pa.array(vocabulary)


@lru_cache(maxsize=256)
def literal(text: str) -> pa.Scalar:
    """Return a text for Arrow to join with; kept, because making one is slow."""
    return pa.scalar(text)


def join(*texts: pa.Array | pa.Scalar) -> pa.Array:
    """Return the texts joined row by row, null where one of them is."""
    return pc.binary_join_element_wise(*texts, literal(""))


def plain(
    values: npt.NDArray[Any], kind: pa.DataType, present: npt.NDArray[np.bool_] | None = None
) -> pa.Array:
    """Lay Arrow over the values, null where not ``present``.

    ``pa.array`` does the same but looks for pandas at every call, which costs more than the rest.
    """
    data = np.ascontiguousarray(values)
    count = len(data) * data.itemsize * 8 // kind.bit_width
    valid = None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))
    return pa.Array.from_buffers(kind, count, [valid, pa.py_buffer(data)])


def iso_times(times: pa.Array) -> pa.Array:
    """Return UTC timestamps as ``2026-01-31T13:00:05.120Z``."""
    return pc.binary_replace_slice(times.cast(pa.string()), start=10, stop=11, replacement="T")


def _named(prefix: str, numbers: Ints, width: int) -> pa.Array:
    digits = plain(numbers.astype(np.int64), pa.int64(), numbers >= 0).cast(pa.string())
    return join(literal(prefix), pc.utf8_lpad(digits, width, "0"))


def _hashed(prefix: str, tokens: Ints) -> pa.Array:
    hexadecimal = _HEX[tokens.astype(">u4").view(np.uint8)]  # eight characters a token
    fixed = plain(hexadecimal, pa.binary(8), tokens >= 0)
    return join(literal(prefix), fixed.cast(pa.binary()).cast(pa.string()))


def _degrees(values: npt.NDArray[np.float64]) -> pa.Array:
    return plain(values + 0.0, pa.float64(), ~np.isnan(values))  # + 0.0: no negative zero


def _counterparty(numbers: Ints) -> pa.Array:
    own = _named("acc_", np.where(numbers < EXTERNAL, numbers, -1), 5)
    return pc.coalesce(own, _named("ext_", np.where(numbers < EXTERNAL, -1, numbers - EXTERNAL), 6))


def _addresses(ips: Ints) -> pa.Array:
    octets = [
        words(_OCTETS, np.where(ips < 0, -1, (ips >> shift) & 255)) for shift in (24, 16, 8, 0)
    ]
    return pc.binary_join_element_wise(*octets, literal("."))
