"""What a batch adds to each table, as Arrow."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from fraudstream.decisions import Action, Form, Outcome
from fraudstream.decisions.columns import (
    constant_array,
    decimal_array,
    json_array,
    text_array,
    time_array,
)
from fraudstream.decisions.ids import text_column
from fraudstream.decisions.table import Placement, id_array, to_arrow
from fraudstream.events import MISSING, Envelope, EventBatch, Kind, place_of
from fraudstream.events.places import MOST_PARTITIONS
from fraudstream.scoring.scorer import MICRO

__all__ = ["JSON_COLUMNS", "Shape", "rows_of"]

JSON_COLUMNS = frozenset(
    {
        "attributes",
        "expected_cost",
        "reasons",
        "rules",
        "lists",
        "challengers",
        "ranges",
        "headers",
    }
)
"""Columns of any table whose text is JSON."""

_SIGNUP = "signup_time"


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a preset the tables depend on; ``known_after`` is ms."""

    form: Form
    known_after: int


def rows_of(outcome: Outcome, shape: Shape, placement: Placement) -> dict[str, pa.RecordBatch]:
    """Rows by table, for those tables that get any."""
    form, others = shape.form, outcome.others
    tables = {
        "transactions": to_arrow(outcome, form, placement),
        "alerts": _alerts(outcome, form),
        "reversals": _reversals(others, form, outcome.source),
        "profiles": _profiles(others, form),
        "rejects": _rejects(outcome, placement.decided_at),
    }
    labels = [
        _labels(outcome.events, outcome.events.frauds >= 0, shape, outcome.source),
        _labels(others, others.kinds == Kind.LABEL, shape, outcome.source),
    ]
    tables["labels"] = pa.concat_batches(labels)
    numbered = {name: _numbered(rows, placement) for name, rows in tables.items()}
    return {name: rows for name, rows in numbered.items() if rows.num_rows}


def _numbered(rows: pa.RecordBatch, placement: Placement) -> pa.RecordBatch:
    """With the batch's number, and rows from the first one on, unless they have them."""
    if "batch" in rows.schema.names:
        return rows
    if "batch_row" in rows.schema.names:
        at = rows.schema.get_field_index("batch_row")
        own = placement.first_row + rows.column(at).to_numpy()
        rows = rows.set_column(at, "batch_row", pa.array(own.astype(np.int32)))
    return rows.append_column("batch", pa.array(np.full(rows.num_rows, placement.batch, np.int64)))


def _alerts(outcome: Outcome, form: Form) -> pa.RecordBatch:
    rows = np.flatnonzero(outcome.actions)
    events = outcome.events.take(rows)
    actions = [Action(action).name.lower() for action in outcome.actions[rows].tolist()]
    first = [outcome.reasons[row][0].text for row in rows.tolist()]
    return pa.record_batch(
        {
            "transaction_id": id_array(events, form, outcome.source),
            "event_time": time_array(events.event_times),
            "account_id": text_array(text_column(events, form.text_column("account_id"))),
            "action": pa.array(actions, pa.string()),
            "score": pa.array(outcome.scores[rows] / MICRO),
            "amount_base": decimal_array(events.numbers[:, 0], form.base_decimals),
            "reason": pa.array(first, pa.string()),
            "status": constant_array("open", len(rows)),
            "batch_row": pa.array(rows.astype(np.int32)),
        }
    )


def _labels(
    events: EventBatch, chosen: NDArray[np.bool_], shape: Shape, source: str
) -> pa.RecordBatch:
    """Labels among the events; amounts in base currency.

    One that carries no time of its own was known when it arrived; the label that a transaction
    itself brings along, as files of the past do, ``known_after`` later.
    """
    rows = np.flatnonzero(chosen)
    events, form = events.take(rows), shape.form
    delays = np.where(events.kinds == Kind.TRANSACTION, shape.known_after, 0)
    unsaid = events.known_ats == MISSING
    known = np.where(unsaid, events.arrivals + delays, events.known_ats)
    return pa.record_batch(
        {
            "transaction_id": id_array(events, form, source),
            "event_time": time_array(events.event_times),
            "is_fraud": pa.array(events.frauds == 1),
            "source": text_array(text_column(events, form.text_column("label_source"))),
            "reason_code": text_array(text_column(events, form.text_column("reason_code"))),
            "amount": decimal_array(events.numbers[:, 0], form.base_decimals),
            "known_at": time_array(known),
            "arrived_at": time_array(events.arrivals),
            "batch_row": pa.array(rows.astype(np.int32)),
        }
    )


def _reversals(others: EventBatch, form: Form, source: str) -> pa.RecordBatch:
    rows = np.flatnonzero(others.kinds == Kind.REVERSAL)
    events = others.take(rows)
    return pa.record_batch(
        {
            "transaction_id": id_array(events, form, source),
            "event_time": time_array(events.event_times),
            "amount": decimal_array(events.numbers[:, 0], form.base_decimals),
            "arrived_at": time_array(events.arrivals),
            "batch_row": pa.array(rows.astype(np.int32)),
        }
    )


def _profiles(others: EventBatch, form: Form) -> pa.RecordBatch:
    """Everything that a profile event says, besides whose it is."""
    rows = np.flatnonzero(others.kinds == Kind.PROFILE)
    events = others.take(rows)
    texts = [(name, k) for k, name in enumerate(form.texts) if name != "account_id"]
    numbers = list(enumerate(form.numbers))[1:]
    return pa.record_batch(
        {
            "account_id": text_array(text_column(events, form.text_column("account_id"))),
            "event_time": time_array(events.event_times),
            "attributes": json_array(events, texts, events.numbers, numbers),
            "signup_time": _signups(events, form),
            "arrived_at": time_array(events.arrivals),
            "batch_row": pa.array(rows.astype(np.int32)),
        }
    )


def _signups(events: EventBatch, form: Form) -> pa.Array:
    names = [number.name for number in form.numbers]
    if _SIGNUP not in names:
        return time_array(np.full(len(events), MISSING, np.int64))
    return time_array(np.ascontiguousarray(events.numbers[:, names.index(_SIGNUP)]))


def _rejects(outcome: Outcome, rejected_at: int) -> pa.RecordBatch:
    rejects = outcome.rejects
    places = [place_of(outcome.source, reject.partition) for reject in rejects]
    first = [reject.first or (None, None) for reject in rejects]
    return pa.record_batch(
        {
            "reason": pa.array([str(reject.reason) for reject in rejects], pa.string()),
            "detail": pa.array([reject.detail for reject in rejects], pa.string()),
            "field": pa.array([reject.field for reject in rejects], pa.string()),
            "raw": pa.array([reject.raw for reject in rejects], pa.binary()),
            "key": pa.array([reject.envelope.key for reject in rejects], pa.binary()),
            "headers": pa.array([_headers(reject.envelope) for reject in rejects], pa.string()),
            "source": pa.array([name for name, _ in places], pa.string()),
            "source_partition": pa.array([partition for _, partition in places], pa.int32()),
            "source_offset": pa.array([r.offset for r in rejects], pa.int64()),
            "first_partition": pa.array(
                [None if number is None else number % MOST_PARTITIONS for number, _ in first],
                pa.int32(),
            ),
            "first_offset": pa.array([offset for _, offset in first], pa.int64()),
            "rejected_at": time_array(np.full(len(rejects), rejected_at, np.int64)),
        }
    )


def _headers(envelope: Envelope) -> str | None:
    return json.dumps(envelope.said_headers(), ensure_ascii=False) if envelope.headers else None
