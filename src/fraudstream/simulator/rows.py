"""Rows: one structured array holds a stretch of the stream; a chunk is rows plus their meaning.

Times are UTC milliseconds, amounts minor units of ``currency``, places degrees. A field that an
event does not have is -1, or NaN for ``lat`` and ``lon``. ``attack``, ``campaign`` and
``situation`` are the truth and never leave the program unless asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fraudstream.simulator.vocabulary import KINDS, SITUATIONS

__all__ = [
    "LABEL",
    "PROFILE",
    "REVERSAL",
    "ROW",
    "TRANSACTION",
    "Chunk",
    "Rows",
    "blank_rows",
    "in_order",
    "joined",
]

Rows = npt.NDArray[np.void]
PROFILE, TRANSACTION, REVERSAL, LABEL = range(len(KINDS))

ROW = np.dtype(
    [
        ("at", np.int64),  # when it enters the stream; the order of the stream
        ("event_time", np.int64),  # of the transaction, also in its label or reversal
        ("number", np.int64),  # of the transaction
        ("amount", np.int64),
        ("account", np.int64),
        ("card", np.int64),
        ("counterparty", np.int64),
        ("device", np.int64),
        ("ip", np.int64),
        ("signup", np.int64),  # profiles only
        ("lat", np.float64),
        ("lon", np.float64),
        ("bin", np.int32),
        ("merchant", np.int32),
        ("terminal", np.int32),
        ("campaign", np.int32),
        ("kind", np.int8),
        ("type", np.int8),
        ("channel", np.int8),
        ("method", np.int8),
        ("currency", np.int8),
        ("country", np.int8),
        ("category", np.int8),
        ("source", np.int8),  # labels only
        ("attack", np.int8),  # position in ATTACKS, -1: genuine
        ("situation", np.int8),
    ]
)
_BLANK = np.full(1, -1, dtype=np.int64).astype(ROW)
_BLANK["lat"] = _BLANK["lon"] = np.nan
_BLANK["kind"], _BLANK["situation"] = TRANSACTION, 0


def blank_rows(count: int) -> Rows:
    """Return ``count`` transactions of which nothing is known yet."""
    return np.repeat(_BLANK, count)


def joined(parts: Sequence[Rows]) -> Rows:
    """Return the parts one after the other."""
    return np.concatenate(parts) if parts else blank_rows(0)


def in_order(rows: Rows) -> Rows:
    """Return the rows in stream order: by arrival, then kind, then number, then account.

    No two rows tie, so any two ways of making the same rows give the same stream.
    """
    return rows[np.lexsort((rows["account"], rows["number"], rows["kind"], rows["at"]))]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of the stream, in stream order, and the names of its attacks."""

    rows: Rows
    attacks: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return one field of :data:`ROW` as a contiguous array."""
        return np.ascontiguousarray(self.rows[name])

    @property
    def is_transaction(self) -> npt.NDArray[np.bool_]:
        """Which rows are transactions (the others: profiles, labels, reversals)."""
        return np.asarray(self.rows["kind"] == TRANSACTION)

    @property
    def is_fraud(self) -> npt.NDArray[np.bool_]:
        """The truth, whether or not a label will ever tell it."""
        return np.asarray(self.rows["attack"] >= 0)

    @property
    def attack_names(self) -> npt.NDArray[np.str_]:
        """The attack each row belongs to, ``""`` where genuine."""
        return np.asarray(["", *self.attacks])[self.rows["attack"].astype(np.int64) + 1]

    @property
    def situation_names(self) -> npt.NDArray[np.str_]:
        """What makes a genuine row unusual: one of ``SITUATIONS``."""
        return np.asarray(SITUATIONS)[self.rows["situation"]]

    def where(self, keep: npt.NDArray[np.bool_] | slice) -> Chunk:
        """Return the rows for which ``keep`` is true, or a slice of them."""
        return Chunk(self.rows[keep], self.attacks)

    def transactions(self) -> Chunk:
        """Return the transactions alone."""
        return self.where(self.is_transaction)
