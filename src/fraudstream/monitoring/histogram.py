"""A histogram that takes a whole batch at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

__all__ = ["BatchHistogram"]


class BatchHistogram(Collector):
    """Prometheus' histogram, for arrays: prometheus-client's own takes a Python call per value.

    ``bounds`` are the upper ends of its buckets, ascending, without infinity. It may be read
    while it is written to.

    >>> latency = BatchHistogram("latency_seconds", "Time to decide.", (0.001, 0.01))
    >>> latency.observe([0.0005, 0.004, 2.0])
    >>> latency.observe(0.01, times=10)
    >>> [(s.labels["le"], s.value) for s in latency.family().samples if "le" in s.labels]
    [('0.001', 1.0), ('0.01', 12.0), ('+Inf', 13.0)]
    """

    def __init__(self, name: str, text: str, bounds: tuple[float, ...]) -> None:
        self._name, self._text = name, text
        self._bounds = np.array(bounds)
        self._names = [*map(floatToGoString, bounds), "+Inf"]
        self._counts = np.zeros(len(self._names), np.int64)
        self._sum = 0.0
        self._lock = threading.Lock()

    def observe(self, values: ArrayLike, times: int = 1) -> None:
        """Count each of ``values`` (one or an array), each ``times`` times."""
        array = np.atleast_1d(np.asarray(values, np.float64))
        places = np.searchsorted(self._bounds, array)
        counts = np.bincount(places, minlength=len(self._counts)) * times
        with self._lock:
            self._counts += counts
            self._sum += float(array.sum()) * times

    def family(self) -> HistogramMetricFamily:
        """What is counted now, cumulative as Prometheus wants it."""
        with self._lock:
            cumulative, total = np.cumsum(self._counts).astype(float).tolist(), self._sum
        buckets = list(zip(self._names, cumulative, strict=True))
        return HistogramMetricFamily(self._name, self._text, buckets, total)

    def collect(self) -> Iterator[Metric]:
        """For the registry."""
        yield self.family()
