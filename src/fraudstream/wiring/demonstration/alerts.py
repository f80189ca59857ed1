"""Alerts in words, as the live view shows them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudstream.decisions import Action, Form, Outcome
from fraudstream.decisions.table import amount_array, id_array

__all__ = ["Alert", "last_alerts"]


@dataclass(frozen=True, slots=True)
class Alert:
    """A review or decline; ``time`` is the bank's, UTC."""

    time: str
    action: str
    amount: str
    transaction: str
    reason: str


def last_alerts(outcome: Outcome, form: Form, most: int) -> list[Alert]:
    """The last alerts of a batch, the newest last."""
    rows = np.flatnonzero(outcome.actions)[-most:]
    events = outcome.events.take(rows)
    ids = id_array(events, form, outcome.source).to_pylist()
    amounts = amount_array(events, form).to_pylist()
    times = events.event_times.astype("datetime64[ms]").astype("datetime64[s]").astype(str)
    return [
        Alert(
            time=times[k].partition("T")[2],
            action=Action(outcome.actions[row]).name.lower(),
            amount=f"{amounts[k]:,.2f} {form.currencies[events.currencies[k]][0]}",
            transaction=ids[k],
            reason=outcome.reasons[int(row)][0].text,
        )
        for k, row in enumerate(rows)
    ]
