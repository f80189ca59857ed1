"""Bank time told by a clock: which moment of the one is which of the other."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator.rows import Rows
from fraudstream.simulator.seeding import Ints

__all__ = ["Redating"]

_TIMES = ("at", "event_time", "signup")


class Redating:
    """A map of bank time (UTC ms) that is extended as a stream goes on and never changed.

    It rises, straight from one pair of moments to the next; before the first one only the distance
    counts, so that a customer of three years stays one. What two rows say of one moment, such as a
    transaction and its label weeks later, therefore stays the same.

    >>> clock = Redating(1_000, 50_000)
    >>> clock.extend(2_000, 50_100)
    >>> clock(np.array([0, 1_000, 1_500, 2_000])).tolist()
    [49000, 50000, 50050, 50100]
    """

    def __init__(self, bank: int, clock: int) -> None:
        self._bank, self._clock = np.full(1024, bank), np.full(1024, clock)
        self._count = 1

    def extend(self, bank: int, clock: int) -> None:
        """From the last pair on, up to this one; a moment of the bank that is not later is none."""
        if bank <= self._bank[self._count - 1]:
            return
        if self._count == len(self._bank):
            self._bank = np.concatenate([self._bank, self._bank])
            self._clock = np.concatenate([self._clock, self._clock])
        self._bank[self._count], self._clock[self._count] = bank, clock
        self._count += 1

    def __call__(self, times: Ints) -> Ints:
        """Moments of the clock; later ones than the last pair's are that pair's."""
        bank, clock = self._bank[: self._count], self._clock[: self._count]
        told = np.rint(np.interp(times, bank, clock)).astype(np.int64)
        return np.where(times < bank[0], times - bank[0] + clock[0], told)

    def rows(self, rows: Rows) -> Rows:
        """The rows with all their times told by the clock; those they do not have stay away."""
        dated = rows.copy()
        for name in _TIMES:
            dated[name] = np.where(rows[name] < 0, rows[name], self(rows[name]))
        return dated
