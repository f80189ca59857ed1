"""What became known of transactions: who said what of which one, and when it arrived."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.events import EventBatch

__all__ = ["Labels", "labels_of", "own_labels"]

_ELSEWHERE = -1


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels in the order of their arrival.

    ``rows`` is the transaction's row in a dataset, -1 where it is not (yet) known; ``ids`` its
    128-bit hash; ``frauds`` 1 or 0; ``known_ats`` UTC ms, when the stream could first use it.
    """

    rows: NDArray[np.int64]
    ids: NDArray[np.uint64]
    frauds: NDArray[np.int8]
    known_ats: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def empty(cls) -> Labels:
        """No labels."""
        nothing = np.empty(0, np.int64)
        return cls(nothing, np.empty((0, 2), np.uint64), np.empty(0, np.int8), nothing)

    def joined(self, *others: Labels) -> Labels:
        """These and the others, by the moment they became known; equal moments keep their order."""
        parts = (self, *others)
        known_ats = np.concatenate([part.known_ats for part in parts])
        order = np.argsort(known_ats, kind="stable")
        return Labels(
            rows=np.concatenate([part.rows for part in parts])[order],
            ids=np.concatenate([part.ids for part in parts])[order],
            frauds=np.concatenate([part.frauds for part in parts])[order],
            known_ats=known_ats[order],
        )

    def located(self, ids: NDArray[np.uint64]) -> Labels:
        """With the rows, among transactions with these ids, of the labels that have none yet.

        Labels of transactions that are not there are left out.
        """
        open_rows = np.flatnonzero(self.rows == _ELSEWHERE)
        if not len(open_rows):
            return self
        candidates = np.flatnonzero(np.isin(ids[:, 0], self.ids[open_rows, 0]))
        row_of = {tuple(ids[row].tolist()): int(row) for row in candidates}
        rows = self.rows.copy()
        for label in open_rows.tolist():
            rows[label] = row_of.get(tuple(self.ids[label].tolist()), _ELSEWHERE)
        return replace(self, rows=rows)._kept(rows != _ELSEWHERE)

    def until(self, moment: int) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """(rows, frauds) of what is known by ``moment``, each row once, with its latest label."""
        known = int(np.searchsorted(self.known_ats, moment, side="right"))
        newest_first = self.rows[:known][::-1]
        rows, places = np.unique(newest_first, return_index=True)
        return rows, self.frauds[:known][::-1][places]

    def _kept(self, kept: NDArray[np.bool_]) -> Labels:
        return Labels(self.rows[kept], self.ids[kept], self.frauds[kept], self.known_ats[kept])


def labels_of(events: EventBatch) -> Labels:
    """Label events, which count from their arrival."""
    nowhere = np.full(len(events), _ELSEWHERE, np.int64)
    return Labels(nowhere, events.ids, events.frauds, events.arrivals)


def own_labels(transactions: EventBatch, first_row: int, known_after: int) -> Labels:
    """What transactions say of themselves, known ``known_after`` ms after their arrival."""
    said = np.flatnonzero(transactions.frauds >= 0)
    return Labels(
        rows=first_row + said.astype(np.int64),
        ids=transactions.ids[said],
        frauds=transactions.frauds[said],
        known_ats=transactions.arrivals[said] + known_after,
    )
