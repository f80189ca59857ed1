"""Which decoded events act, and when they arrived by a clock that never runs backwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.admission import kernel
from fraudstream.admission.kernel import Ledger
from fraudstream.events import MISSING, EventBatch, Reason, place_of
from fraudstream.events.places import slot_of
from fraudstream.schema import Preset, layout_of
from fraudstream.tables import empty_table, reserved, used_words

__all__ = ["Admission", "Admitted", "DueLabels", "Entry", "Refusal", "admit"]

_REASONS = {
    kernel.FUTURE: Reason.TIME_FUTURE,
    kernel.DUPLICATE: Reason.DUPLICATE,
    kernel.CONFLICT: Reason.ID_CONFLICT,
}

_AHEAD = 64
"""Ids for which room is made at once, where they come one by one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a preset asks of admission; ms."""

    max_future: int
    dedupe: int
    known_after: int
    carries_label: bool
    hashes: int

    @classmethod
    def of(cls, preset: Preset) -> Entry:
        """The part of a preset that admission needs."""
        return cls(
            max_future=preset.input.max_future,
            dedupe=preset.input.dedupe,
            known_after=preset.labels.known_after,
            carries_label=preset.labels.field is not None,
            hashes=len(layout_of(preset).hashed),
        )


@dataclass(frozen=True, slots=True)
class DueLabels:
    """Fraud labels carried by earlier transactions that become known within a batch.

    Label ``i`` acts before admitted row ``before[i]``; the other columns are as in ``EventBatch``.
    """

    before: NDArray[np.int64]
    times: NDArray[np.int64]
    ids: NDArray[np.int64]
    hashes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.before)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decoded row that does not act, why, and for a duplicate where the first one was."""

    row: int
    reason: Reason
    first: tuple[int, int] | None

    def detail(self, source: str) -> str:
        """The reason in words; ``source`` is where the batch came from."""
        if self.first is None:
            return "its time lies further in the future than can be believed"
        topic, partition = place_of(source, self.first[0])
        place = f"{topic}, partition {partition}, offset {self.first[1]}"
        if self.reason is Reason.DUPLICATE:
            return f"the same transaction arrived before, at {place}"
        return f"another transaction with this id arrived before, at {place}"


@dataclass(frozen=True, slots=True)
class Admitted:
    """The events that act, in order. No later arrival will be before ``watermark`` (UTC ms).

    ``rows`` are the decoded rows that were admitted; ``began`` is the first arrival ever.
    """

    events: EventBatch
    rows: NDArray[np.intp]
    due: DueLabels
    refused: tuple[Refusal, ...]
    watermark: int
    began: int


class Admission:
    """Clocks, ids seen, and labels waiting to become known."""

    def __init__(self, entry: Entry, ledger: Ledger) -> None:
        self.entry = entry
        self.ledger = ledger
        self._spare = 0
        self.rules = np.array(
            [entry.max_future, entry.dedupe, entry.known_after, entry.carries_label], np.int64
        )

    @classmethod
    def empty(cls, entry: Entry) -> Admission:
        """Before the first event."""
        return cls(
            entry,
            Ledger(
                clocks=np.full(1, MISSING, np.int64),
                meta=np.array([0, 0, 0, MISSING], np.int64),
                waiting=np.zeros((16, kernel.WAIT_HASHES + 2 * entry.hashes), np.int64),
                **empty_table("seen", kernel.SEEN_WIDTH),
            ),
        )

    def reserve(self, events: int, partitions: int) -> None:
        """Make room for what a batch can add."""
        if events > self._spare:
            self._spare = max(events, _AHEAD)
            self.ledger = self.ledger._replace(
                **reserved(self.ledger._asdict(), "seen", self._spare)
            )
        self._spare -= events
        ledger = self.ledger
        if partitions > len(ledger.clocks):
            clocks = np.full(partitions, MISSING, np.int64)
            clocks[: len(ledger.clocks)] = ledger.clocks
            ledger = ledger._replace(clocks=clocks)
        if self.entry.carries_label:
            ledger = _widened(ledger, events)
        self.ledger = ledger

    def room_for_due(self, events: int) -> NDArray[np.int64]:
        """An array with a row for every label that may become known within a batch."""
        waiting = int(self.ledger.meta[kernel.QUEUE_LENGTH])
        most = waiting + events if self.entry.carries_label else 0
        return np.empty((most, 1 + self.ledger.waiting.shape[1]), np.int64)

    def begin(self, arrival: int) -> None:
        """Note the first arrival ever, where another admission has seen it; UTC ms."""
        if self.ledger.meta[kernel.BEGAN] == MISSING:
            self.ledger.meta[kernel.BEGAN] = arrival

    def hear(self, partition: int, arrival: int) -> None:
        """Move a partition's clock on to what another admission has seen; UTC ms."""
        place = slot_of(partition)
        self.reserve(0, place + 1)
        self.ledger.clocks[place] = max(arrival, int(self.ledger.clocks[place]))

    @property
    def watermark(self) -> int:
        """No later arrival is before this; UTC ms."""
        return int(kernel.low_watermark(self.ledger.clocks))

    @property
    def bytes(self) -> int:
        """Bytes in use."""
        return 8 * used_words(self.ledger._asdict(), "seen") + self.ledger.waiting.nbytes

    def snapshot(self) -> dict[str, NDArray[np.int64]]:
        """Copies of all arrays, by name."""
        return {name: array.copy() for name, array in self.ledger._asdict().items()}

    @classmethod
    def restore(cls, entry: Entry, arrays: Mapping[str, NDArray[np.generic]]) -> Admission:
        """The state of which ``arrays`` are a snapshot."""
        kept = {name: np.ascontiguousarray(arrays[name], np.int64) for name in Ledger._fields}
        return cls(entry, Ledger(**kept))


def admit(state: Admission, decoded: EventBatch, as_of: int) -> Admitted:
    """Give each event its arrival; refuse what is dated in the future and what was here before.

    The arrival is the declared one or the log's, made never to decrease within a partition; where
    there is none, the greatest event time so far. ``as_of`` (UTC ms) bounds both.
    """
    count = len(decoded)
    state.reserve(count, kernel.clocks_for(decoded.partitions))
    arrivals = np.empty(count, np.int64)
    verdicts = np.zeros(count, np.int64)
    firsts = np.zeros((count, 2), np.int64)
    due = state.room_for_due(count)
    labels = kernel.admit_rows(
        tuple(state.ledger), state.rules, _arriving(decoded), as_of, arrivals, verdicts, firsts, due
    )
    rows, refused = np.arange(count), _refusals(verdicts, firsts) if verdicts.any() else ()
    if refused:
        rows = np.flatnonzero(verdicts == 0)
        decoded, arrivals = decoded.take(rows), arrivals[rows]
    return Admitted(
        events=decoded.arrived(arrivals),
        rows=rows,
        due=_due_labels(due[:labels]),
        refused=refused,
        watermark=state.watermark,
        began=int(state.ledger.meta[kernel.BEGAN]),
    )


def _refusals(verdicts: NDArray[np.int64], firsts: NDArray[np.int64]) -> tuple[Refusal, ...]:
    refused = []
    for row in np.flatnonzero(verdicts):
        verdict = int(verdicts[row])
        first = None if verdict == kernel.FUTURE else (int(firsts[row, 0]), int(firsts[row, 1]))
        refused.append(Refusal(int(row), _REASONS[verdict], first))
    return tuple(refused)


def _due_labels(due: NDArray[np.int64]) -> DueLabels:
    if not len(due):
        return _nothing_due(due.shape[1])
    hashes = due[:, 1 + kernel.WAIT_HASHES :]
    return DueLabels(
        before=np.ascontiguousarray(due[:, 0]),
        times=np.ascontiguousarray(due[:, 1 + kernel.WAIT_TIME]),
        ids=np.ascontiguousarray(due[:, 1 + kernel.WAIT_ID]),
        hashes=np.ascontiguousarray(hashes).reshape(len(due), hashes.shape[1] // 2, 2),
    )


@lru_cache(maxsize=64)
def _nothing_due(width: int) -> DueLabels:
    nothing = np.empty(0, np.int64)
    hashes = np.empty((0, (width - 1 - kernel.WAIT_HASHES) // 2, 2), np.int64)
    return DueLabels(nothing, nothing, nothing, hashes)


def _arriving(batch: EventBatch) -> tuple[NDArray[Any], ...]:
    """The columns of :class:`~fraudstream.admission.kernel.Arriving`."""
    return (
        batch.kinds,
        batch.event_times,
        batch.arrivals,
        batch.ids.view(np.int64),
        batch.contents.view(np.int64),
        batch.hashes.view(np.int64),
        batch.frauds,
        batch.partitions,
        batch.offsets,
    )


def _widened(ledger: Ledger, events: int) -> Ledger:
    """A longer queue of waiting labels where it could overflow, oldest first."""
    length, capacity = int(ledger.meta[kernel.QUEUE_LENGTH]), len(ledger.waiting)
    if length + events <= capacity:
        return ledger
    waiting = np.zeros((2 * (length + events), ledger.waiting.shape[1]), np.int64)
    order = (int(ledger.meta[kernel.QUEUE_HEAD]) + np.arange(length)) % capacity
    waiting[:length] = ledger.waiting[order]
    ledger.meta[kernel.QUEUE_HEAD] = 0
    return ledger._replace(waiting=waiting)
