"""The order in which the records of a batch act, wherever they are read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fraudstream.events.batch import Kind

__all__ = ["acting_keys", "arrival_order", "log_order"]

_RANKS = np.empty(len(Kind), np.int64)
_RANKS[[Kind.PROFILE, Kind.TRANSACTION, Kind.REVERSAL, Kind.LABEL]] = range(4)


def log_order(
    timestamps: NDArray[np.int64], kinds: NDArray[np.uint8], partitions: NDArray[np.int32]
) -> NDArray[np.intp] | None:
    """The rows of a batch in the order in which they act; None if that is the order they are in.

    The rows of each partition are given in the order of their offsets, and keep it. Between
    partitions the order is that of (the greatest (record timestamp, kind) so far in the batch's
    partition; partition; offset), at one timestamp profiles before transactions, reversals and
    labels. It does not depend on how the rows of different partitions are interleaved.
    """
    return arrival_order(acting_keys(timestamps, kinds), partitions)


def acting_keys(timestamps: NDArray[np.int64], kinds: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Record timestamp and kind as one number, by which rows of different partitions are ordered.

    A row acts when the greatest key so far in its batch and partition has come.
    """
    return timestamps * len(Kind) + _RANKS[kinds]


def arrival_order(
    keys: NDArray[np.int64], partitions: NDArray[np.int32]
) -> NDArray[np.intp] | None:
    """Rows by (greatest key so far in their partition; partition; place in it); None: as they are.

    >>> arrival_order(np.array([5, 3, 4, 6]), np.array([0, 0, 1, 1])).tolist()
    [2, 0, 1, 3]
    """
    if not len(partitions) or (partitions == partitions[0]).all():
        return None
    by_partition = np.argsort(partitions, kind="stable")
    reached = keys[by_partition]
    cuts = np.flatnonzero(np.diff(partitions[by_partition])) + 1
    for part in np.split(reached, cuts):
        np.maximum.accumulate(part, out=part)
    return by_partition[np.argsort(reached, kind="stable")]
