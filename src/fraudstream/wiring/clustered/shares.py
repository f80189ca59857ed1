"""What a worker decides with, and where it writes its share of a batch."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fraudstream.config.kafka import KafkaSettings
from fraudstream.decisions import Decider, Outcome, encode, form_of
from fraudstream.engine import Watcher
from fraudstream.engine.engine import utc_ms
from fraudstream.engine.patience import Patience
from fraudstream.errors import Unavailable, UsageInvalid
from fraudstream.monitoring import Counts
from fraudstream.ports import Entry
from fraudstream.scoring import Model
from fraudstream.sinks.folder import FolderSink
from fraudstream.spark.deciding import Counted
from fraudstream.spark.kit import Kit
from fraudstream.wiring.building import with_model
from fraudstream.wiring.kafka import kafka_share
from fraudstream.wiring.schemes import is_kafka, is_postgresql

__all__ = ["Share", "ShareSink", "decider_of", "name_of", "settled"]


class ShareSink(Protocol):
    """Keeps one output's share of batches; writing a share again is harmless."""

    def write(self, entry: Entry, outcome: Outcome) -> None:
        """Keep a share, durable on return."""
        ...


@dataclass(frozen=True, slots=True)
class Share:
    """The :class:`fraudstream.spark.deciding.Office` of one batch.

    ``model`` are a model's files and ``version`` its number, None without one; ``epoch`` is the
    owner's for whom is written.
    """

    kit: Kit
    places: tuple[str, ...]
    kafka: KafkaSettings
    epoch: int
    model: Mapping[str, bytes]
    version: str | None

    def decider(self, entry: Entry) -> Decider:
        """Model and policy."""
        return decider_of(self.kit, self.version, self.model)

    def write(self, output: int, entry: Entry, outcome: Outcome) -> Counted:
        """Keep a share in every place, however long a server does not answer; what was in it."""
        waiting = _Waiting()
        patience = Patience(threading.Event(), waiting)
        for place in self.places:
            sink = self._sink(place, output)
            patience(name_of(place), partial(sink.write, entry, outcome))
        waited = (utc_ms() - outcome.events.arrivals) / 1000
        counts = Counts.of(outcome)
        return {
            "actions": counts.actions,
            "rejects": counts.rejects,
            "late": counts.late,
            "retries": waiting.times,
            "waited": _rounded(waited),
        }

    def _sink(self, place: str, output: int) -> ShareSink:
        key = (self.kit.mark, self.epoch, place, output)
        if key not in _sinks:
            _sinks[key] = self._open(place, output)
        return _sinks[key]

    def _open(self, place: str, output: int) -> ShareSink:
        preset = self.kit.preset
        if is_postgresql(place):
            from fraudstream.stores.postgres import PostgresShare

            return PostgresShare(place, preset, (output, self.kit.spread.outputs), self.epoch)
        if is_kafka(place):
            return kafka_share(place, self.kafka, preset, self.epoch)
        return FolderSink(Path(place), output, partial(encode, form=form_of(preset)))


def decider_of(kit: Kit, version: str | None, files: Mapping[str, bytes]) -> Decider:
    """What decides with a model, made at first use in a process; None: without one."""
    key = (kit.mark, version)
    if key not in _deciders:
        _deciders.clear()
        model = Model.from_files(files).numbered(version) if version else None
        _deciders[key] = with_model(
            kit.flow().extractor, kit.preset, kit.key, model
        ).pipeline.decider
    return _deciders[key]


_deciders: dict[tuple[str, str | None], Decider] = {}
_sinks: dict[tuple[str, int, str, int], ShareSink] = {}
"""What this process has opened: a worker's process outlives the batch."""


def settled(place: str) -> str:
    """A place as any worker finds it; raises ``UsageInvalid`` for what many cannot write."""
    if is_postgresql(place) or is_kafka(place):
        return place
    if not place.endswith("/"):
        raise UsageInvalid(
            f"{place}: the workers of a cluster cannot all write to this",
            advice="Name postgresql://..., kafka://HOST:9092/TOPIC, or a folder that ends with /.",
        )
    return f"{Path(place).resolve()}/"


def name_of(place: str) -> str:
    """What a place is called in metrics: nothing of an address that may hold a password."""
    if is_postgresql(place):
        return "postgresql"
    return "kafka" if is_kafka(place) else Path(place).name


class _Waiting(Watcher):
    """Counts how often each place did not answer."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()

    def waits(self, name: str, error: Unavailable) -> None:
        """Count."""
        self.times[name] += 1


def _rounded(seconds: NDArray[np.float64]) -> dict[str, int]:
    """Durations to two digits, and how many there are of each: few, however many rows."""
    known = np.maximum(seconds, 0.001)
    scale = 10.0 ** np.floor(np.log10(known))
    values, counts = np.unique(np.round(known / scale, 1) * scale, return_counts=True)
    return {f"{value:.2g}": count for value, count in zip(values, counts.tolist(), strict=True)}
