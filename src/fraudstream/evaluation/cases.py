"""What was decided and what was true: the columns that every figure is computed from."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

__all__ = ["DAY", "NO_ATTACK", "Cases", "first_in_group", "numbered"]

DAY = 86_400_000
"""Milliseconds; days are those of UTC."""

NO_ATTACK = -1


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Decided transactions with the truth about them, one row each, in the order of their log.

    =============  ==========  =================================================================
    scores         float64 (n)  calibrated probabilities, 0 to 1
    frauds         bool (n)     what it turned out to be
    actions        uint8 (n)    :class:`fraudstream.decisions.Action`
    amounts        int64 (n)    base currency, minor units
    times          int64 (n)    event time, UTC ms
    accounts       int64 (n)    a number for each account (or card, customer: whoever is protected)
    attacks        int64 (n)    index into ``names``, ``NO_ATTACK`` where none or not known
    campaigns      int64 (n)    a number for each attack as its victim or attacker would count it
    =============  ==========  =================================================================

    Attacks and campaigns only break figures down; no model sees them.
    """

    scores: NDArray[np.float64]
    frauds: NDArray[np.bool_]
    actions: NDArray[np.uint8]
    amounts: NDArray[np.int64]
    times: NDArray[np.int64]
    accounts: NDArray[np.int64]
    attacks: NDArray[np.int64]
    campaigns: NDArray[np.int64]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def alerted(self) -> NDArray[np.bool_]:
        """Reviewed or declined."""
        return self.actions > 0

    @property
    def days(self) -> NDArray[np.int64]:
        """Days since 1970-01-01, UTC."""
        return self.times // DAY

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Cases:
        """The given rows."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        return Cases(**{k: v if k == "names" else v[rows] for k, v in columns.items()})

    @staticmethod
    def joined(parts: list[Cases]) -> Cases:
        """The rows of several parts, one after the other; accounts are numbered alike in all."""
        arrays = [f.name for f in fields(Cases) if f.name != "names"]
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays}
        return Cases(**columns, names=parts[0].names)


def numbered(*columns: NDArray[np.generic]) -> NDArray[np.int64]:
    """A number from 0 for each different row of the given columns, in order of appearance.

    >>> numbered(np.array([9, 7, 9]), np.array([1, 1, 2])).tolist()
    [0, 1, 2]
    """
    codes = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        _, own = np.unique(column, return_inverse=True)
        _, first, codes = np.unique(
            codes * (own.max(initial=0) + 1) + own, return_index=True, return_inverse=True
        )
    place = np.empty(len(first), np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    return place[codes]


def first_in_group(groups: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a row is the earliest of its group, of equal times the one that stands first.

    >>> first_in_group(np.array([1, 2, 1]), np.array([50, 10, 40])).tolist()
    [False, True, True]
    """
    order = np.lexsort((times, groups))
    first = np.zeros(len(groups), np.bool_)
    first[order[np.unique(groups[order], return_index=True)[1]]] = True
    return first
