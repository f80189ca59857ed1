"""The aggregate per minute where no TimescaleDB keeps it up: each batch adds what it brought."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudstream.stores.postgres.connecting import Connection

__all__ = ["add_minutes", "minutes_of"]

_KEYS = ("bucket", "action", "country", "channel", "payment_method")
_BINS = ("score_to_0_001", "score_to_0_01", "score_to_0_1", "score_to_0_5", "score_to_1")
_BOUNDS = np.array([0.001, 0.01, 0.1, 0.5])
_MINUTE_MS = 60_000


def minutes_of(rows: pa.RecordBatch) -> pa.Table:
    """Rows of ``transactions`` as rows of ``transactions_minutes``."""
    ms = rows["event_time"].cast(pa.int64()).to_numpy(zero_copy_only=False)
    minutes = pa.array(ms // _MINUTE_MS * _MINUTE_MS).cast(rows["event_time"].type)
    bins = np.searchsorted(_BOUNDS, rows["score"].to_numpy(zero_copy_only=False), side="right")
    flagged = pc.not_equal(rows["action"], "approve")
    # a sum of decimals keeps the precision that it began with, which a busy minute could exceed
    amount = rows["amount_base"].cast(pa.decimal128(38, 4))
    columns = {
        "bucket": minutes,
        **{key: rows[key].cast(pa.string()) for key in _KEYS[1:]},
        "flagged": flagged.cast(pa.int64()),
        "amount_base": amount,
        "flagged_amount_base": pc.if_else(flagged, amount, None),
        **{name: pa.array((bins == k).astype(np.int64)) for k, name in enumerate(_BINS)},
    }
    sums = [(name, "sum") for name in columns if name not in _KEYS]
    found = pa.table(columns).group_by(_KEYS).aggregate([([], "count_all"), *sums])
    names = {"count_all": "transactions"}
    return found.rename_columns(
        [names.get(name, name.removesuffix("_sum")) for name in found.column_names]
    )


def add_minutes(connection: Connection, rows: pa.RecordBatch) -> None:
    """Add a batch's transactions, in the transaction that writes them."""
    # always in one order, so that two who write at the same time do not wait for each other
    found = minutes_of(rows).sort_by([(key, "ascending") for key in _KEYS])
    connection.execute(_ADD, [found[name].to_pylist() for name in _COLUMNS])


_COUNTS = ("transactions", "flagged", *_BINS)
_COLUMNS = (*_KEYS, "transactions", "flagged", "amount_base", "flagged_amount_base", *_BINS)
_TYPES = {"bucket": "timestamptz", "amount_base": "numeric", "flagged_amount_base": "numeric"}
_TYPES |= dict.fromkeys(_COUNTS, "bigint")
_GIVEN = ", ".join(
    f"${k}::{_TYPES.get(name, 'text')}[]" for k, name in enumerate(_COLUMNS, start=1)
)
_ADD = f"""
    insert into transactions_minutes as held ({", ".join(_COLUMNS)})
    select {", ".join(_COLUMNS).replace("flagged_amount_base", "coalesce(flagged_amount_base, 0)")}
    from unnest({_GIVEN}) as given ({", ".join(_COLUMNS)})
    on conflict (
        bucket, action, coalesce(country, ''), coalesce(channel, ''), coalesce(payment_method, '')
    ) do update set
        {", ".join(f"{name} = held.{name} + excluded.{name}" for name in _COUNTS)},
        flagged_amount_base = held.flagged_amount_base + excluded.flagged_amount_base,
        amount_base = case
            when held.amount_base is null then excluded.amount_base
            else held.amount_base + coalesce(excluded.amount_base, 0)
        end
"""
