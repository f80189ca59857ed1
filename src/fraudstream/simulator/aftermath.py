"""What follows a transaction: refunds, reversals, and labels that arrive hours to weeks later."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fraudstream.simulator.rows import LABEL, REVERSAL, Rows
from fraudstream.simulator.seeding import generator
from fraudstream.simulator.vocabulary import CHANNELS, SITUATIONS, SOURCES, TYPES
from fraudstream.simulator.world import World

__all__ = ["fraud_labels", "genuine_labels", "refund_of", "refunds", "reversals"]

Floats = npt.NDArray[np.float64]

_DAY, _MINUTE = 86_400_000, 60_000
_REFUNDED = 0.012  # of purchases
_REVERSED = 0.004  # of transactions
_CONFIRMED = {"ordinary": 0.008, "salary": 0.008, "sale": 0.02}  # of transactions
_CONFIRMED_UNUSUAL = 0.08  # unusual ones are looked at more often
_REPORTED = 0.97  # of frauds; the others are never noticed


def refunds(world: World, block: int, rows: Rows) -> Rows:
    """Return refunds of a few of the purchases, days later, whole or in part; unnumbered."""
    draw = generator(world.seed, "refunds", block)
    bought = (rows["type"] == TYPES.index("purchase")) & (rows["card"] >= 0)
    chosen = rows[bought & (draw.random(len(rows)) < _REFUNDED)]
    share = np.where(draw.random(len(chosen)) < 0.7, 1.0, draw.uniform(0.1, 0.9, len(chosen)))
    wait = draw.gamma(2.0, 3.0, len(chosen)) + 0.2
    return refund_of(chosen, (wait * _DAY).astype(np.int64), share)


def refund_of(purchases: Rows, wait: npt.NDArray[np.int64], share: Floats) -> Rows:
    """Return refunds to the same card by the same merchant; the customer's device has no part."""
    back = purchases.copy()
    back["at"] = back["event_time"] = purchases["event_time"] + wait
    back["type"] = TYPES.index("refund")
    back["amount"] = np.maximum(1, np.rint(purchases["amount"] * share).astype(np.int64))
    back["device"] = back["ip"] = -1
    online = back["channel"] == CHANNELS.index("ecom")
    back["lat"][online] = back["lon"][online] = np.nan
    back["situation"] = SITUATIONS.index("ordinary")
    return back


def reversals(world: World, block: int, rows: Rows) -> Rows:
    """Return reversals of a few transactions: seconds to half an hour later they never were."""
    draw = generator(world.seed, "reversals", block)
    undone = rows[draw.random(len(rows)) < _REVERSED]
    undone["kind"] = REVERSAL
    undone["at"] += (draw.uniform(0.2, 30, len(undone)) * _MINUTE).astype(np.int64)
    return undone


def genuine_labels(world: World, block: int, rows: Rows) -> Rows:
    """Return labels that confirm some transactions as genuine; unusual ones more often."""
    draw = generator(world.seed, "confirmations", block)
    shares = np.array([_CONFIRMED.get(name, _CONFIRMED_UNUSUAL) for name in SITUATIONS])
    labels = rows[draw.random(len(rows)) < shares[rows["situation"]]]
    return _labelled(labels, draw.lognormal(0.7, 0.8, len(labels)), SOURCES.index("analyst"))


def fraud_labels(rows: Rows, delay: float, source: str, draw: np.random.Generator) -> Rows:
    """Return the labels of a campaign's frauds, ``delay`` days later in the median.

    What a customer notices on a statement comes in together: half the delay is the campaign's.
    """
    labels = rows[(rows["attack"] >= 0) & (draw.random(len(rows)) < _REPORTED)]
    together = draw.lognormal(0.0, 0.6)
    days = delay * together * draw.lognormal(0.0, 0.5, len(labels))
    return _labelled(labels, days, SOURCES.index(source))


def _labelled(labels: Rows, days: Floats, source: int) -> Rows:
    labels["kind"], labels["source"] = LABEL, source
    labels["at"] += (np.clip(days, 0.05, 60) * _DAY).astype(np.int64)
    return labels
