"""The compiled loop of admission: clocks, duplicates, labels that become known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from fraudstream.events.places import slot_of
from fraudstream.tables import kernel as table

__all__ = [
    "CONFLICT",
    "DUPLICATE",
    "FUTURE",
    "Arriving",
    "Ledger",
    "admit_rows",
    "clocks_for",
    "low_watermark",
]

_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
_slot_of = njit(**_OPTIONS)(slot_of)
_MISSING = np.iinfo(np.int64).min
_TRANSACTION = 0

# Columns of ``seen`` after its key; of ``waiting``; what a row is refused for.
SEEN_ARRIVAL, SEEN_CONTENT, SEEN_PARTITION, SEEN_OFFSET = range(2, 6)
SEEN_WIDTH = 6
FREED = np.iinfo(np.int64).max
WAIT_KNOWN, WAIT_TIME, WAIT_ID = 0, 1, 2
WAIT_HASHES = 4
FUTURE, DUPLICATE, CONFLICT = 1, 2, 3

# Places of ``meta``: the queue of waiting labels, the sweep's cursor, the first arrival ever.
QUEUE_HEAD, QUEUE_LENGTH, SWEPT, BEGAN = range(4)

# Places of ``rules``.
MAX_FUTURE, DEDUPE, KNOWN_AFTER, CARRIES_LABEL = range(4)


class Ledger(NamedTuple):
    """State of admission: a clock per partition, ids seen, labels waiting to become known."""

    clocks: NDArray[np.int64]
    meta: NDArray[np.int64]
    seen_index: NDArray[np.int64]
    seen: NDArray[np.int64]
    seen_counts: NDArray[np.int64]
    waiting: NDArray[np.int64]


class Arriving(NamedTuple):
    """The columns of a decoded batch that admission looks at."""

    kinds: NDArray[np.uint8]
    times: NDArray[np.int64]
    arrivals: NDArray[np.int64]
    ids: NDArray[np.int64]
    contents: NDArray[np.int64]
    hashes: NDArray[np.int64]
    frauds: NDArray[np.int8]
    partitions: NDArray[np.int32]
    offsets: NDArray[np.int64]


@njit(**_OPTIONS)
def clocks_for(partitions):
    """How many clocks there must be for a batch of these partitions."""
    most = 1
    for partition in partitions:
        most = max(most, _slot_of(partition) + 1)
    return most


@njit(**_OPTIONS)
def admit_rows(state, rules, columns, as_of, arrivals, verdicts, firsts, due):
    """Decide on each row in order; returns how many labels became due.

    ``state`` and ``columns`` are a :class:`Ledger` and an :class:`Arriving` as plain tuples, which
    are handed to compiled code eight times as fast as named ones.

    A clock is moved by every arrival that can be believed, whatever else becomes of its row: so
    arrivals depend on the log alone and can be told apart from the ids that were seen.
    ``arrivals`` gets each row's arrival, ``verdicts`` 0 or why it is refused, ``firsts`` the place
    of the first arrival of a duplicate, ``due`` a row (before, waiting columns) for each label.
    """
    ledger, arriving = Ledger(*state), Arriving(*columns)
    admitted, labels = 0, 0
    for i in range(len(arriving.kinds)):
        transaction = arriving.kinds[i] == _TRANSACTION
        slot = _slot_of(arriving.partitions[i])
        before = ledger.clocks[slot]
        arrival = _arrival(arriving, i, before, rules, as_of, transaction)
        if arrival == _MISSING:
            verdicts[i] = FUTURE
            continue
        if ledger.meta[BEGAN] == _MISSING:
            ledger.meta[BEGAN] = arrival
        ledger.clocks[slot] = arrival
        if _is_ahead(arriving, i, arrival, rules):
            verdicts[i] = FUTURE
            continue
        if transaction:
            verdicts[i] = _meet(ledger, arriving, i, arrival, rules[DEDUPE], firsts)
            if verdicts[i] != 0:
                continue
        arrivals[i] = arrival
        labels = _release(ledger, arrival, admitted, due, labels)
        if transaction and rules[CARRIES_LABEL] and arriving.frauds[i] == 1:
            _await(ledger, arriving, i, arrival + rules[KNOWN_AFTER])
        admitted += 1
    _sweep(ledger, rules[DEDUPE], 2 * len(arriving.kinds) + 16)
    return labels


@njit(**_OPTIONS)
def _arrival(arriving, i, before, rules, as_of, transaction):
    """When the row arrived by its partition's clock; missing if what tells it is not believed."""
    time, given = arriving.times[i], arriving.arrivals[i]
    if given == _MISSING:
        if time > as_of:
            return np.int64(_MISSING)
        return max(before, time) if transaction or before == _MISSING else before
    if given > as_of + rules[MAX_FUTURE]:
        return np.int64(_MISSING)
    return max(before, given)


@njit(**_OPTIONS)
def _is_ahead(arriving, i, arrival, rules):
    """Whether the row is dated further ahead of its own arrival than can be believed."""
    given = arriving.arrivals[i] != _MISSING
    return given and arriving.times[i] > arrival + rules[MAX_FUTURE]


@njit(**_OPTIONS)
def _meet(ledger, arriving, i, arrival, horizon, firsts):
    """Note the first arrival of an id, or say that it was here before."""
    low, high = arriving.ids[i, 0], arriving.ids[i, 1]
    row = table.find(ledger.seen_index, ledger.seen, low, high)
    if row >= 0 and arrival - ledger.seen[row, SEEN_ARRIVAL] < horizon:
        firsts[i, 0] = ledger.seen[row, SEEN_PARTITION]
        firsts[i, 1] = ledger.seen[row, SEEN_OFFSET]
        return DUPLICATE if ledger.seen[row, SEEN_CONTENT] == arriving.contents[i] else CONFLICT
    if row < 0:
        row = table.insert(ledger.seen_index, ledger.seen, ledger.seen_counts, low, high)
    ledger.seen[row, SEEN_ARRIVAL] = arrival
    ledger.seen[row, SEEN_CONTENT] = arriving.contents[i]
    ledger.seen[row, SEEN_PARTITION] = arriving.partitions[i]
    ledger.seen[row, SEEN_OFFSET] = arriving.offsets[i]
    return 0


@njit(**_OPTIONS)
def _await(ledger, arriving, i, known_at):
    capacity = len(ledger.waiting)
    slot = (ledger.meta[QUEUE_HEAD] + ledger.meta[QUEUE_LENGTH]) % capacity
    ledger.meta[QUEUE_LENGTH] += 1
    label = ledger.waiting[slot]
    label[WAIT_KNOWN], label[WAIT_TIME] = known_at, arriving.times[i]
    label[WAIT_ID] = arriving.ids[i, 0]
    for column in range(arriving.hashes.shape[1]):
        label[WAIT_HASHES + 2 * column] = arriving.hashes[i, column, 0]
        label[WAIT_HASHES + 2 * column + 1] = arriving.hashes[i, column, 1]


@njit(**_OPTIONS)
def _release(ledger, arrival, admitted, due, labels):
    """Move labels known by ``arrival`` from the queue to ``due``."""
    while ledger.meta[QUEUE_LENGTH] > 0:
        label = ledger.waiting[ledger.meta[QUEUE_HEAD]]
        if label[WAIT_KNOWN] > arrival:
            break
        due[labels, 0] = admitted
        for column in range(len(label)):
            due[labels, 1 + column] = label[column]
        labels += 1
        ledger.meta[QUEUE_HEAD] = (ledger.meta[QUEUE_HEAD] + 1) % len(ledger.waiting)
        ledger.meta[QUEUE_LENGTH] -= 1
    return labels


@njit(**_OPTIONS)
def low_watermark(clocks):
    """No later arrival is before this: the slowest partition's clock."""
    low = np.int64(_MISSING)
    for clock in clocks:
        if clock != _MISSING and (low == _MISSING or clock < low):
            low = clock
    return low


@njit(**_OPTIONS)
def _sweep(ledger, horizon, budget):
    """Forget ids whose horizon has passed, a few at a time, going round."""
    low = low_watermark(ledger.clocks)
    used = ledger.seen_counts[table.USED]
    for _ in range(min(budget, used)):
        row = ledger.meta[SWEPT] % used
        ledger.meta[SWEPT] = row + 1
        arrival = ledger.seen[row, SEEN_ARRIVAL]
        if ledger.seen[row, SEEN_OFFSET] != FREED and low - arrival >= horizon:
            table.remove(ledger.seen_index, ledger.seen, ledger.seen_counts, row)
            ledger.seen[row, SEEN_OFFSET] = FREED
