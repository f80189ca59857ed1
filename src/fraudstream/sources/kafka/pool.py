"""Messages that were fetched and wait to be given out, the oldest first."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from fraudstream.events import arrival_order
from fraudstream.ports import Position
from fraudstream.sources.kafka.feed import Fetched

__all__ = ["Pool"]

_NOTHING = Fetched([], np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64))


class Pool:
    """Kept in the order of time, each partition in its own order.

    ``counts`` says how many messages wait of each partition, ``bytes`` how large all are.
    """

    def __init__(self) -> None:
        self._held = _NOTHING
        self._reached = np.empty(0, np.int64)
        self.counts: Counter[int] = Counter()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._held.messages)

    @property
    def oldest(self) -> int:
        """The timestamp of what is given out next, of which there is some."""
        return int(self._reached[0])

    @property
    def newest(self) -> int:
        """The greatest timestamp; there is one."""
        return int(self._reached[-1])

    def add(self, fetched: Fetched) -> None:
        """Put more in."""
        if not fetched.messages:
            return
        self._keep(_joined(self._held, fetched) if len(self) else fetched)
        self.counts.update(fetched.numbers.tolist())
        self.bytes += sum(map(len, fetched.messages))

    def choose(self, limit: int, until: Position | None, horizon: int) -> NDArray[np.intp]:
        """Rows to give out: the first ones up to time ``horizon`` and position ``until``."""
        count = int(np.searchsorted(self._reached, horizon, side="right"))
        if until is None:
            return np.arange(min(count, limit))
        goals = [until.get(number, 0) for number in self._held.numbers[:count].tolist()]
        return np.flatnonzero(self._held.offsets[:count] < np.array(goals, np.int64))[:limit]

    def take(self, rows: NDArray[np.intp]) -> Fetched:
        """Take rows out, in an order that depends on them alone."""
        if not len(rows):
            return _NOTHING
        taken, self._held, self._reached = self._parted(rows)
        self.counts -= Counter(taken.numbers.tolist())
        self.bytes -= sum(map(len, taken.messages))
        order = arrival_order(taken.stamps, taken.numbers)
        return taken if order is None else _rows(taken, order)

    def _parted(self, rows: NDArray[np.intp]) -> tuple[Fetched, Fetched, NDArray[np.int64]]:
        """The rows, the rest, and the times of the rest; the rows are mostly the first ones."""
        held, count = self._held, len(rows)
        if rows[-1] == count - 1:
            return _slice(held, 0, count), _slice(held, count, len(self)), self._reached[count:]
        kept = np.ones(len(self), np.bool_)
        kept[rows] = False
        rest = np.flatnonzero(kept)
        return _rows(held, rows), _rows(held, rest), self._reached[rest]

    def _keep(self, fetched: Fetched) -> None:
        order = arrival_order(fetched.stamps, fetched.numbers)
        self._held = fetched if order is None else _rows(fetched, order)
        self._reached = np.maximum.accumulate(self._held.stamps)


def _joined(first: Fetched, second: Fetched) -> Fetched:
    return Fetched(
        first.messages + second.messages,
        np.concatenate([first.numbers, second.numbers]),
        np.concatenate([first.offsets, second.offsets]),
        np.concatenate([first.stamps, second.stamps]),
    )


def _slice(held: Fetched, first: int, last: int) -> Fetched:
    if first == 0 and last == len(held.messages):
        return held
    return Fetched(
        held.messages[first:last],
        held.numbers[first:last],
        held.offsets[first:last],
        held.stamps[first:last],
    )


def _rows(fetched: Fetched, rows: NDArray[np.intp]) -> Fetched:
    messages = fetched.messages
    return Fetched(
        [messages[row] for row in rows.tolist()],
        fetched.numbers[rows],
        fetched.offsets[rows],
        fetched.stamps[rows],
    )
