"""Rows as JSON lines: the payments preset's message, and the classic one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudstream.simulator.columns import iso_times, to_arrow, words
from fraudstream.simulator.rows import Chunk, Rows
from fraudstream.simulator.seeding import mix
from fraudstream.simulator.vocabulary import COUNTRIES, CURRENCIES, METHODS

__all__ = ["classic_to_arrow", "encode_classic", "encode_json"]

_DECIMALS = np.array([currency.decimals for currency in CURRENCIES.values()])
_PER_EUR = np.array([currency.per_eur for currency in CURRENCIES.values()])
_CLASSIC_METHOD = ["CreditCard" if name == "DebitCard" else name for name in METHODS]


def encode_json(chunk: Chunk, *, truth: bool = False) -> bytes:
    """Return the chunk as JSON lines, one event each, absent fields left out.

    ``truth`` writes ``is_fraud`` and ``attack`` into the transactions; without it a transaction
    does not say what it is.
    """
    batch = to_arrow(chunk, truth=truth)
    texts = dict(zip(batch.schema.names, batch.columns, strict=True))
    texts["amount"] = _digits(chunk.rows)
    return _lines({name: _value(name, column) for name, column in texts.items()})


def encode_classic(chunk: Chunk) -> bytes:
    """Return the transactions as JSON lines of the classic message (labels have no place in it)."""
    batch = classic_to_arrow(chunk)
    return _lines(
        {name: _value(name, column) for name, column in zip(batch.schema.names, batch, strict=True)}
    )


def classic_to_arrow(chunk: Chunk) -> pa.RecordBatch:
    """Return the transactions as the classic message's fields; amounts in euro.

    Row ``i`` is row ``i`` of ``chunk.transactions()``, where the truth is. The count is made up,
    as it is in the system this message comes from, and must not be trusted.
    """
    rows = chunk.transactions().rows
    cents = np.rint(rows["amount"] / 10.0 ** _DECIMALS[rows["currency"]] * 100)
    times = iso_times(pa.array(rows["event_time"], pa.timestamp("ms")))
    invented = mix(9, rows["number"]) % np.uint64(10)
    columns = {
        "account_id": pa.array(rows["account"]),
        "transaction_amount": pa.array(np.rint(cents / _PER_EUR[rows["currency"]]) / 100),
        "transaction_time": pc.utf8_replace_slice(
            pc.utf8_slice_codeunits(times, 0, 19), start=10, stop=11, replacement=" "
        ),
        "location": words([country.name for country in COUNTRIES], rows["country"]),
        "transaction_method": words(_CLASSIC_METHOD, rows["method"]),
        "user_transactions_last_24h": pa.array(1 + invented.astype(np.int64)),
    }
    return pa.RecordBatch.from_pydict(columns)


def _value(name: str, column: pa.Array) -> pa.Array:
    """Return the column as JSON text; what is no number and no boolean is quoted.

    Nothing here needs escaping: all words are ours.
    """
    if pa.types.is_timestamp(column.type):
        column = iso_times(column)
    if name == "amount" or not pa.types.is_string(column.type):
        return column.cast(pa.string())
    return pc.binary_join_element_wise('"', column, '"', "")


def _digits(rows: Rows) -> pa.Array:
    """Return amounts with exactly the decimals of their currency, null where there is none."""
    decimals = _DECIMALS[rows["currency"]]
    whole, rest = np.divmod(rows["amount"], 10**decimals)
    digits = pa.array(whole, mask=rows["amount"] < 0).cast(pa.string())
    cents = pc.utf8_lpad(pa.array(rest).cast(pa.string()), 2, "0")
    return pc.if_else(
        pa.array(decimals == 0), digits, pc.binary_join_element_wise(digits, cents, ".")
    )


def _lines(values: dict[str, pa.Array]) -> bytes:
    """Join JSON texts into one object a line; null values leave their key out."""
    pairs = [
        pc.binary_join_element_wise(f',"{name}":', column, "") for name, column in values.items()
    ]
    joined = pc.binary_join_element_wise(*pairs, "", null_handling="replace", null_replacement="")
    bodies = pc.binary_replace_slice(joined, start=0, stop=1, replacement="{")
    lines = pc.binary_join_element_wise(bodies, "}\n", "")
    first, last = lines.offset, lines.offset + len(lines)
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32)
    return bytes(lines.buffers()[2][int(offsets[first]) : int(offsets[last])])
