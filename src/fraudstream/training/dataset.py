"""Features of a stretch of the log with what became known of each transaction, and when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.events import EventBatch, Kind
from fraudstream.pipeline import Extracted, Extractor
from fraudstream.training.labels import Labels, labels_of, own_labels

__all__ = ["FOREVER", "UNKNOWN", "Dataset", "collect"]

FOREVER = 1 << 62
"""A moment by which everything is known."""

UNKNOWN = -1
"""Of a transaction that nobody has said anything about."""

_FIRST_ROWS = 1 << 14


@dataclass(frozen=True, slots=True)
class Dataset:
    """Transactions in log order, one row each.

    ``matrix`` is float32 (n, F), NaN = missing; ``event_times`` and ``arrivals`` UTC ms;
    ``amounts`` minor units of the base currency; ``ids`` uint64 (n, 2); ``accounts`` uint64 (n), a
    hash of the first entity's key; ``partitions`` and ``offsets`` say where each row came from.
    ``maturity`` ms after its arrival a transaction that nobody complained about counts as genuine.
    """

    names: tuple[str, ...]
    features_fingerprint: str
    kernel: str
    maturity: int
    matrix: NDArray[np.float32]
    event_times: NDArray[np.int64]
    arrivals: NDArray[np.int64]
    amounts: NDArray[np.int64]
    ids: NDArray[np.uint64]
    accounts: NDArray[np.uint64]
    partitions: NDArray[np.int32]
    offsets: NDArray[np.int64]
    labels: Labels

    def __len__(self) -> int:
        return len(self.arrivals)

    @property
    def end(self) -> int:
        """The last arrival, or the last label's: what the stream knows at its end."""
        last = self.arrivals[-1] if len(self) else 0
        return int(max(last, self.labels.known_ats.max(initial=last)))

    def known_by(self, moment: int) -> NDArray[np.int8]:
        """1 fraud, 0 genuine, ``UNKNOWN``: what is known of each row at ``moment`` (UTC ms).

        The latest label wins. A row without one is genuine once it is mature: chargebacks come for
        fraud only. Rows that arrived after ``moment`` are unknown.
        """
        known = np.full(len(self), UNKNOWN, np.int8)
        known[self.arrivals + self.maturity <= moment] = 0
        rows, frauds = self.labels.until(moment)
        known[rows] = frauds
        known[self.arrivals > moment] = UNKNOWN
        return known

    def mature_by(self, moment: int) -> NDArray[np.intp]:
        """Rows to learn from at ``moment``: those old enough for a complaint to have come.

        Of younger ones only the frauds are known; with them a model would take recent transactions
        for more dangerous than they are.
        """
        return np.flatnonzero(self.arrivals + self.maturity <= moment)

    def fingerprint(self, rows: NDArray[np.intp], known: NDArray[np.int8]) -> str:
        """Sixteen hex digits over the rows that a model learned from."""
        digest = hashlib.sha256()
        for array in (self.ids[rows], self.matrix[rows], known[rows]):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]

    def with_labels(self, labels: Labels) -> Dataset:
        """The same transactions, with these labels as well."""
        return replace(self, labels=self.labels.joined(labels))


class _Columns:
    """Arrays that grow by doubling, so that a long log is held once and not twice."""

    def __init__(self, features: int) -> None:
        self.count = 0
        self.arrays: dict[str, NDArray[np.generic]] = {
            "matrix": np.empty((_FIRST_ROWS, features), np.float32),
            "event_times": np.empty(_FIRST_ROWS, np.int64),
            "arrivals": np.empty(_FIRST_ROWS, np.int64),
            "amounts": np.empty(_FIRST_ROWS, np.int64),
            "ids": np.empty((_FIRST_ROWS, 2), np.uint64),
            "accounts": np.empty(_FIRST_ROWS, np.uint64),
            "partitions": np.empty(_FIRST_ROWS, np.int32),
            "offsets": np.empty(_FIRST_ROWS, np.int64),
        }

    def append(self, columns: dict[str, NDArray[np.generic]]) -> None:
        end = self.count + len(columns["arrivals"])
        for name, values in columns.items():
            array = self.arrays[name]
            if end > len(array):
                larger = np.empty((max(end, 2 * len(array)), *array.shape[1:]), array.dtype)
                larger[: self.count] = array[: self.count]
                self.arrays[name] = array = larger
            array[self.count : end] = values
        self.count = end

    @property
    def ids(self) -> NDArray[np.uint64]:
        return self.arrays["ids"][: self.count].view(np.uint64)

    def whole(self) -> dict[str, NDArray[np.generic]]:
        return {name: array[: self.count] for name, array in self.arrays.items()}


def collect(extractor: Extractor, chunks: Iterable[Extracted]) -> Dataset:
    """Gather what extraction gives, batch by batch, into one dataset.

    Labels are joined to their transactions wherever they stand in the log, before or after them.
    """
    plan, labels = extractor.plan, []
    columns = _Columns(len(plan.names))
    for chunk in chunks:
        if extractor.entry.carries_label:
            labels.append(own_labels(chunk.events, columns.count, extractor.entry.known_after))
        columns.append(_columns_of(chunk, extractor))
        others = chunk.others
        labels.append(labels_of(others.take(np.flatnonzero(others.kinds == Kind.LABEL))))
    arrays = columns.whole()
    return Dataset(
        names=plan.names,
        features_fingerprint=plan.fingerprint,
        kernel=plan.kernel,
        maturity=extractor.entry.known_after,
        labels=Labels.empty().joined(*labels).located(columns.ids),
        **arrays,  # type: ignore[arg-type]  # each array has the type that _Columns gave it
    )


def _columns_of(chunk: Extracted, extractor: Extractor) -> dict[str, NDArray[np.generic]]:
    events: EventBatch = chunk.events
    return {
        "matrix": chunk.matrix,
        "event_times": events.event_times,
        "arrivals": events.arrivals,
        "amounts": events.numbers[:, 0],
        "ids": events.ids,
        "accounts": _first_entity(events, extractor),
        "partitions": events.partitions,
        "offsets": events.offsets,
    }


def _first_entity(events: EventBatch, extractor: Extractor) -> NDArray[np.uint64]:
    columns = extractor.plan.layout.entities[:1]
    if not columns:
        return events.ids[:, 0]
    return np.bitwise_xor.reduce(events.hashes[:, list(columns[0]), 0], axis=1)
