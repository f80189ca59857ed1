"""Rows as JSON lines: the payments preset's message, and the classic one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudstream.simulator.columns import iso_times, join, literal, plain, to_arrow, words
from fraudstream.simulator.rows import Chunk, Rows
from fraudstream.simulator.seeding import mix
from fraudstream.simulator.vocabulary import COUNTRIES, CURRENCIES, METHODS

__all__ = ["classic_to_arrow", "encode_classic", "encode_json"]

_PIECE = 100_000  # rows; an Arrow array of text holds 2 GB
_DECIMALS = np.array([currency.decimals for currency in CURRENCIES.values()])
_PER_EUR = np.array([currency.per_eur for currency in CURRENCIES.values()])
_COUNTRIES = tuple(country.name for country in COUNTRIES)
_CLASSIC_METHOD = tuple("CreditCard" if name == "DebitCard" else name for name in METHODS)


def encode_json(chunk: Chunk, *, truth: bool = False) -> bytes:
    """Return the chunk as JSON lines, one event each, absent fields left out.

    ``truth`` writes ``is_fraud`` and ``attack`` into the transactions; without it a transaction
    does not say what it is.
    """
    pieces = range(0, len(chunk), _PIECE)
    return b"".join(_encoded(chunk.where(slice(p, p + _PIECE)), truth) for p in pieces)


def _encoded(chunk: Chunk, truth: bool) -> bytes:
    batch = to_arrow(chunk, truth=truth)
    amount = batch.schema.get_field_index("amount")
    return _lines(batch.drop_columns("amount").add_column(amount, "amount", _digits(chunk.rows)))


def encode_classic(chunk: Chunk) -> bytes:
    """Return the transactions as JSON lines of the classic message (labels have no place in it)."""
    return _lines(classic_to_arrow(chunk))


def classic_to_arrow(chunk: Chunk) -> pa.RecordBatch:
    """Return the transactions as the classic message's fields; amounts in euro.

    Row ``i`` is row ``i`` of ``chunk.transactions()``, where the truth is. The count is made up,
    as it is in the system this message comes from, and must not be trusted.
    """
    rows = chunk.transactions().rows
    units = rows["amount"] / 10.0 ** _DECIMALS[rows["currency"]]
    euros = np.rint(units / _PER_EUR[rows["currency"]] * 100) / 100
    times = iso_times(plain(rows["event_time"], pa.timestamp("ms")))
    invented = mix(9, rows["number"]) % np.uint64(10)
    columns = {
        "account_id": plain(rows["account"], pa.int64()),
        "transaction_amount": plain(euros, pa.float64()),
        "transaction_time": pc.utf8_replace_slice(
            pc.utf8_slice_codeunits(times, 0, 19), start=10, stop=11, replacement=" "
        ),
        "location": words(_COUNTRIES, rows["country"]),
        "transaction_method": words(_CLASSIC_METHOD, rows["method"]),
        "user_transactions_last_24h": plain(1 + invented.astype(np.int64), pa.int64()),
    }
    return pa.RecordBatch.from_pydict(columns)


def _digits(rows: Rows) -> pa.Array:
    """Return amounts as digits, as many decimals as their currency has, null where there is none.

    Large binary, not string, because they are numbers in JSON and take no quotes.
    """
    decimals = _DECIMALS[rows["currency"]]
    whole, rest = np.divmod(rows["amount"], 10**decimals)
    digits = plain(whole, pa.int64(), rows["amount"] >= 0).cast(pa.string())
    cents = pc.utf8_lpad(plain(rest, pa.int64(), decimals > 0).cast(pa.string()), 2, "0")
    exact = pc.binary_join_element_wise(digits, cents, ".", null_handling="skip")
    return pc.if_else(digits.is_valid(), exact, None).cast(pa.large_binary())


def _lines(batch: pa.RecordBatch) -> bytes:
    """Return one JSON object per row, null values leaving their key out."""
    pairs = [_pair(name, batch.column(name)) for name in batch.schema.names]
    joined = pc.binary_join_element_wise(
        *pairs, literal(""), null_handling="replace", null_replacement=""
    )
    bodies = pc.binary_replace_slice(joined, start=0, stop=1, replacement="{")
    lines = join(bodies, literal("}\n"))
    first, last = lines.offset, lines.offset + len(lines)
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32)
    return bytes(lines.buffers()[2][int(offsets[first]) : int(offsets[last])])


def _pair(name: str, column: pa.Array) -> pa.Array:
    """Return ``,"name":value`` per row. Nothing needs escaping: every word is ours."""
    if pa.types.is_timestamp(column.type):
        column = iso_times(column)
    if pa.types.is_string(column.type):
        return join(literal(f',"{name}":"'), column, literal('"'))
    return join(literal(f',"{name}":'), column.cast(pa.string()))
