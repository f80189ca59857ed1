"""Decisions as rows of the table ``transactions`` (docs/tables.md), as one Arrow record batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fraudstream.decisions.columns import (
    constant_array,
    decimal_array,
    float_array,
    json_array,
    name_array,
    text_array,
    time_array,
)
from fraudstream.decisions.encode import encode_reasons, flag_names
from fraudstream.decisions.form import Form, NumberColumn
from fraudstream.decisions.ids import id_column, text_column
from fraudstream.decisions.outcome import Action, DecidedBy, Outcome
from fraudstream.events import EventBatch, topic_names
from fraudstream.events.places import MOST_PARTITIONS, PARTITION_BITS
from fraudstream.scoring.scorer import MICRO

__all__ = ["OWN_COLUMNS", "TEXT_COLUMNS", "Placement", "amount_array", "id_array", "to_arrow"]

TEXT_COLUMNS = (
    "type",
    "account_id",
    "card_id",
    "card_bin",
    "merchant_id",
    "merchant_category",
    "terminal_id",
    "counterparty_id",
    "device_id",
    "ip",
    "country",
    "channel",
    "payment_method",
)
"""Text fields with a column of their own."""

OWN_COLUMNS = frozenset({*TEXT_COLUMNS, "transaction_id", "currency", "lat", "lon", "amount_base"})
"""Fields that ``attributes`` does not repeat."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Facts about a batch that its decisions do not depend on.

    ``decided_at`` is UTC ms, ``latency_us`` how long the batch took from poll to decision where
    that was measured, ``versions_id`` the row of the table ``versions``. ``first_row`` is where
    ``batch_row`` begins, for one of several shares of a batch.
    """

    batch: int
    versions_id: int
    decided_at: int
    latency_us: int | None = None
    first_row: int = 0


def to_arrow(outcome: Outcome, form: Form, placement: Placement) -> pa.RecordBatch:
    """One row for each decision, columns as docs/tables.md lists them.

    Missing features are null. Reasons of alerts are the only thing that takes Python for each row.
    """
    columns = (
        _told(outcome, form) | _placed(outcome, placement) | _decided(outcome, form, placement)
    )
    return pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))


def id_array(events: EventBatch, form: Form, source: str) -> pa.Array:
    """Transaction ids, made of source, partition and offset where a message has none."""
    return text_array(id_column(events, form.text_column("transaction_id"), source))


def amount_array(events: EventBatch, form: Form) -> pa.Array:
    """Amounts in their own currency."""
    decimals = np.array([form.base_decimals, *(count for _, count in form.currencies)])
    return decimal_array(events.amounts, decimals[events.currencies + 1])


def _told(outcome: Outcome, form: Form) -> dict[str, pa.Array]:
    """What the message says."""
    events = outcome.events
    said = {name: text_array(text_column(events, form.text_column(name))) for name in TEXT_COLUMNS}
    return {
        "transaction_id": id_array(events, form, outcome.source),
        "event_time": time_array(events.event_times),
        **said,
        "lat": _degrees(events, form, "lat"),
        "lon": _degrees(events, form, "lon"),
        "amount": amount_array(events, form),
        "currency": name_array(events.currencies, [code for code, _ in form.currencies]),
        "amount_base": decimal_array(events.numbers[:, 0], form.base_decimals),
        "attributes": _attributes(events, form),
    }


def _degrees(events: EventBatch, form: Form, name: str) -> pa.Array:
    for k, number in enumerate(form.numbers):
        if number.name == name:
            return float_array(events.numbers[:, k], 10**number.decimals)
    return pa.nulls(len(events), pa.float64())


def _attributes(events: EventBatch, form: Form) -> pa.Array:
    """Fields without a column of their own."""
    texts = [(name, k) for k, name in enumerate(form.texts) if name not in OWN_COLUMNS]
    numbers = [(k, n) for k, n in enumerate(form.numbers) if n.name not in OWN_COLUMNS]
    if not texts and not numbers:
        return pa.nulls(len(events), pa.string())
    return json_array(events, texts, events.numbers, numbers)


def _placed(outcome: Outcome, placement: Placement) -> dict[str, pa.Array]:
    """Where it came from."""
    events, rows = outcome.events, len(outcome)
    return {
        "record_time": time_array(events.arrivals),
        "source": name_array(events.partitions >> PARTITION_BITS, topic_names(outcome.source)),
        "source_partition": pa.array(events.partitions % MOST_PARTITIONS),
        "source_offset": pa.array(events.offsets),
        "batch": pa.array(np.full(rows, placement.batch, np.int64)),
        "batch_row": pa.array(placement.first_row + np.arange(rows, dtype=np.int32)),
    }


def _decided(outcome: Outcome, form: Form, placement: Placement) -> dict[str, pa.Array]:
    """What was decided, and with what."""
    rows, empty = len(outcome), constant_array("[]", len(outcome))
    return {
        "action": name_array(outcome.actions, _ACTIONS),
        "decided_by": name_array(outcome.decided_by, _DECIDERS),
        "score": pa.array(outcome.scores / MICRO),
        "expected_cost": _expected_costs(outcome, form),
        "reasons": _reasons(outcome),
        "rules": empty,
        "lists": empty,
        "challengers": empty,
        "flags": _flags(outcome.flags),
        "coverage": pa.array(outcome.coverage),
        "features": _features(outcome.features),
        "features_version": constant_array(outcome.versions.features, rows),
        "model_version": constant_array(outcome.versions.model, rows),
        "versions_id": pa.array(np.full(rows, placement.versions_id, np.int32)),
        "decided_at": time_array(np.full(rows, placement.decided_at, np.int64)),
        "latency_us": pa.array([placement.latency_us] * rows, pa.int32()),
    }


_ACTIONS = [action.name.lower() for action in Action]
_DECIDERS = [decider.name.lower() for decider in DecidedBy]


def _expected_costs(outcome: Outcome, form: Form) -> pa.Array:
    columns = [
        (k, NumberColumn(name, form.base_decimals, False)) for k, name in enumerate(_ACTIONS)
    ]
    return json_array(outcome.events, [], outcome.costs, columns)


def _reasons(outcome: Outcome) -> pa.Array:
    """Few different values: the empty list, and those of the alerts."""
    codes = np.zeros(len(outcome), np.int32)
    texts = ["[]"]
    for row, reasons in outcome.reasons.items():
        codes[row] = len(texts)
        texts.append(encode_reasons(reasons).decode())
    return pa.DictionaryArray.from_arrays(pa.array(codes), texts)


def _flags(flags: NDArray[np.uint8]) -> pa.Array:
    """Lists of names; most are empty."""
    names = [flag_names(k) for k in range(8)]
    counts = np.array([len(each) for each in names])[flags]
    bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    said = [name for k in flags[flags > 0].tolist() for name in names[k]]
    return pa.ListArray.from_arrays(pa.array(bounds), pa.array(said, pa.string()))


def _features(matrix: NDArray[np.float64]) -> pa.Array:
    rows, width = matrix.shape
    values = pa.array(np.ascontiguousarray(matrix).reshape(-1), from_pandas=True)
    bounds = np.arange(rows + 1, dtype=np.int64) * width
    return pa.LargeListArray.from_arrays(pa.array(bounds), values)
