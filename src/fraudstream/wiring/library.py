"""The package from Python: what ``import fraudstream`` offers, for notebooks and other programs.

Each function does what the command of its name does, without files of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from fraudstream.decisions import encode, form_of
from fraudstream.evaluation import Report
from fraudstream.events import Reject
from fraudstream.schema import Preset
from fraudstream.scoring import Model
from fraudstream.sources.memory import Memory
from fraudstream.stores.models import load_model as _load_model
from fraudstream.training import Settings
from fraudstream.wiring.building import deciding
from fraudstream.wiring.history import KEY, History, Reading
from fraudstream.wiring.learning import features_table, train_model
from fraudstream.wiring.measuring import Protocol, measure
from fraudstream.wiring.presets import preset_named

__all__ = ["Engine", "evaluate", "features", "load_model", "load_preset", "train"]

Name = str | Path
Message = bytes | str | Mapping[str, Any]


def load_preset(name: Name) -> Preset:
    """A shipped preset by name, or one from a .toml file; raises ``PresetInvalid``."""
    return preset_named(str(name))


def load_model(folder: Name) -> Model:
    """A model that ``train`` has written; raises ``ModelIncompatible`` if it is damaged."""
    return _load_model(Path(folder))


def features(data: Name, preset: Preset | Name, *, arrival: str | None = None) -> pa.Table:
    """Every transaction of a .jsonl, .csv or .parquet file with its features, in stream order.

    The columns are ``transaction_id``, ``event_time``, ``is_fraud`` where the data tells, then the
    features by name; missing ones are null.
    """
    return features_table(_reading(data, preset, None, arrival), _quiet)


def train(
    data: Name,
    preset: Preset | Name,
    *,
    labels: Name | None = None,
    arrival: str | None = None,
    settings: Settings | None = None,
) -> Model:
    """A model from history; labels count only from when they were known."""
    reading = _reading(data, preset, labels, arrival)
    return train_model(reading, settings or Settings(), _quiet)


def evaluate(
    data: Name,
    preset: Preset | Name,
    model: Model | None = None,
    *,
    labels: Name | None = None,
    protocol: Protocol = "holdout",
) -> Report:
    """What a model catches, costs, and whom it hurts; ``figures`` and ``text`` of a report."""
    return measure(_reading(data, preset, labels, None), protocol, model, _quiet)


class Engine:
    """Decides messages in memory, one after the other; nothing is kept when it is gone.

    For a state that survives, a store and exactly-once decisions, use ``fraudstream run``.

    >>> engine = Engine("classic")
    >>> [decision] = engine.decide([{"account_id": 1, "transaction_amount": 9.5,
    ...     "location": "Germany", "transaction_time": "2026-01-31 13:00:05"}])
    >>> decision["action"]
    'approve'
    """

    def __init__(self, preset: Preset | Name, model: Model | None = None) -> None:
        self.preset = preset if isinstance(preset, Preset) else load_preset(preset)
        self._program = deciding(self.preset, KEY, model)
        self._state = self._program.empty()
        self._source = Memory(name="python", open=True)
        self._form = form_of(self.preset)
        self.rejects: tuple[Reject, ...] = ()
        """What could not be used of the messages given last."""

    def decide(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """The decisions about those messages that are transactions (docs/decision.md), in order.

        A message is a dictionary or a line of JSON. What cannot be used is left out; ``rejects``
        says why.
        """
        self._source.append([_line(message) for message in messages])
        records = self._source.poll(len(messages), wait=0.0)
        assert records is not None, "the source is open"
        outcome = self._program.step(self._state, records, time.time_ns() // 1_000_000)
        self.rejects = outcome.rejects
        return [msgspec.json.decode(line) for line in encode(outcome, self._form).splitlines()]


def _line(message: Message) -> bytes:
    if isinstance(message, Mapping):
        return msgspec.json.encode(message)
    return message.encode() if isinstance(message, str) else message


def _reading(
    data: Name, preset: Preset | Name, labels: Name | None, arrival: str | None
) -> Reading:
    declared = preset if isinstance(preset, Preset) else load_preset(preset)
    return Reading(declared, History(Path(data), Path(labels) if labels else None, arrival))


def _quiet(stage: str, done: int, total: int) -> None:
    """Nobody is told."""
