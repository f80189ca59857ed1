"""Percentiles of a long run in a few kilobytes."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["Latencies"]

_STEP = math.log(1.01)
_BUCKETS = 2_000  # up to 1.01 ** 2000 us, seven minutes
_SHARES = {"p50": 0.5, "p99": 0.99, "p999": 0.999}


class Latencies:
    """How long transactions took from bytes to decision, to within 1 %.

    >>> latencies = Latencies()
    >>> latencies.add(0.000_100, 98)
    >>> latencies.add(0.020, 2)
    >>> {name: round(us, -1) for name, us in latencies.figures().items()}
    {'p50': 100.0, 'p99': 20000.0, 'p999': 20000.0}
    """

    def __init__(self) -> None:
        self._counts = np.zeros(_BUCKETS, np.int64)

    def add(self, seconds: float, transactions: int) -> None:
        """Count a batch: each of its transactions waited for all of it."""
        bucket = math.ceil(math.log(max(1.0, seconds * 1e6)) / _STEP)
        self._counts[min(bucket, _BUCKETS - 1)] += transactions

    def figures(self) -> dict[str, float]:
        """Microseconds by name of the percentile; zeros before the first transaction."""
        reached = np.cumsum(self._counts)
        if not reached[-1]:
            return dict.fromkeys(_SHARES, 0.0)
        places = np.searchsorted(reached, np.array(list(_SHARES.values())) * reached[-1])
        found = np.exp(places * _STEP).round(1).tolist()
        return dict(zip(_SHARES, found, strict=True))
