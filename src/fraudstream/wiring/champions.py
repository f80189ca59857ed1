"""Which model decides: the one named, else the registry's champion, changed without a restart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import msgspec
import structlog

from fraudstream.config import Home, Settings
from fraudstream.errors import FraudstreamError, ModelIncompatible, Problem, UsageInvalid
from fraudstream.schema import Preset
from fraudstream.scoring import Model
from fraudstream.serve import ready
from fraudstream.stores.models import load_model
from fraudstream.stores.registry import Registered, Registry
from fraudstream.wiring.building import Deciding, deciding, hashing_key, with_model

__all__ = [
    "Chosen",
    "all_models",
    "card_of",
    "chosen",
    "in_effect",
    "promoted",
    "registry",
    "rolled_back",
]

Versions = Mapping[str, str | None]

CHAMPION = "champion"
"""Stands for whichever model is the champion."""

log = structlog.get_logger()


def registry(settings: Settings) -> Registry:
    """The models of the home folder, or of the folder that the settings name."""
    return Registry(settings.models or Home(settings.home).models)


class Chosen:
    """The programs of a run; :class:`fraudstream.engine.Programs`.

    A model that is named is taken into the registry, so that whatever it decides can be explained
    later, and stays. Without one, or by the name ``champion``, the champion decides, whichever it
    is when a batch begins; one that does not fit is refused, and the one before it stays.
    """

    def __init__(self, settings: Settings, preset: Preset, key: bytes) -> None:
        self._registry = registry(settings)
        self._preset, self._key = preset, key
        self._named = _named(self._registry, settings.model)
        self._mark = self._marked()
        self._current = deciding(preset, key, self._model())
        self.refused: FraudstreamError | None = None
        """Why the registry's champion does not decide."""

    @property
    def follows_champion(self) -> bool:
        """Whether a promotion changes what decides."""
        return self._named is None

    def current(self) -> Deciding:
        """What decides the next batch."""
        mark = self._marked()
        if mark != self._mark:
            self._mark = mark
            self._change()
        return self._current

    def _change(self) -> None:
        try:
            self._current = self._program(self._model())
            self.refused = None
        except FraudstreamError as error:
            self.refused = error
            log.error("a model was refused; the one before it still decides", why=str(error))

    def of(self, versions: Versions) -> Deciding:
        """The program that had these versions; raises ``ModelIncompatible`` if it is gone."""
        if dict(versions) == dict(self._current.versions):
            return self._current
        program = self._program(self._journalled(versions["model"]))
        _require(versions, program.versions)
        return program

    def _journalled(self, number: str | None) -> Model | None:
        """The model that the journal names."""
        try:
            return self._registry.get(number) if number else None
        except UsageInvalid as error:
            raise ModelIncompatible(
                f"A batch of the journal was decided with model {number}, which is not in the "
                f"registry {self._registry.folder}.",
                error.problems,
                'Let all engines of one journal use one registry (models = "FOLDER" in '
                "fraudstream.toml, or FRAUDSTREAM_MODELS), or restore the folder from a backup.",
            ) from error

    def _program(self, model: Model | None) -> Deciding:
        return with_model(self._current.pipeline.extractor, self._preset, self._key, model)

    def _model(self) -> Model | None:
        if self._named is not None:
            return self._registry.get(self._named)
        return self._registry.champion()

    def _marked(self) -> int:
        """Changes whenever the registry may have another champion; always 0 where one is named."""
        path = self._registry.folder / "registry.json"
        if self._named is not None or not path.exists():
            return 0
        return path.stat().st_mtime_ns


def chosen(settings: Settings, preset: Preset) -> Chosen:
    """The programs that the settings ask for."""
    return Chosen(settings, preset, hashing_key(settings))


def all_models(settings: Settings) -> list[dict[str, Any]]:
    """The registry, a dictionary for each model, in the order of their numbers."""
    held = registry(settings)
    return [_row(entry, held.get(entry.version)) for entry in held.models()]


def card_of(settings: Settings, name: str) -> tuple[dict[str, Any], str]:
    """Facts and card of a model: a number of the registry, or a folder."""
    path = Path(name)
    model = load_model(path) if path.is_dir() else registry(settings).get(name)
    facts = msgspec.to_builtins(model.facts)
    return {"version": model.version, **facts}, model.to_files()["card.md"].decode()


def promoted(settings: Settings, name: str) -> Registered:
    """Make a model (a number, or a folder that is taken in first) the champion."""
    held, path = registry(settings), Path(name)
    if path.is_dir():
        return held.promote(held.add(load_model(path)).version)
    return held.promote(name)


def rolled_back(settings: Settings) -> Registered:
    """Make the champion before this one the champion again."""
    return registry(settings).rollback()


def in_effect(settings: Settings, model: Registered, patience: float = 30.0) -> str:
    """Wait until the running engine reports the model; a sentence that says what came of it.

    Raises ``ModelIncompatible`` where the engine has refused it, and decides with the one before.
    """
    until = monotonic() + patience
    while (state := ready(settings.home)) is not None:
        if not state["follows_champion"]:
            return f"The running engine was started with model {_decides(state)} and keeps it."
        if _decides(state) == str(model.version):
            return "The running engine decides with it."
        if state["refused_model"]:
            raise ModelIncompatible(
                f"The running engine refused model {model.version} and goes on with "
                f"{_decides(state)}.",
                [Problem(state["refused_model"])],
                "Train one for its features, or go back: fraudstream models rollback",
            )
        if monotonic() > until:
            return f"The running engine still decides with {_decides(state)}: see its log."
        sleep(0.1)
    return "It takes effect at the next start."


def _decides(state: Mapping[str, Any]) -> str | None:
    return state["versions"].get("model")


def _named(held: Registry, path: Path | None) -> int | None:
    """The number of the model that the settings name: a folder, a number, or the champion."""
    if path is None:
        return None
    if not path.is_dir():
        if path.name == CHAMPION:
            _require_champion(held)
            return None
        if path.name.isdecimal():
            return int(held.get(path.name).version)
    return held.add(load_model(path)).version


def _require_champion(held: Registry) -> None:
    if held.champion() is None:
        raise UsageInvalid(
            f"The registry {held.folder} has no champion yet.",
            advice="Train a model and promote it: fraudstream models promote DIR",
        )


def _row(entry: Registered, model: Model) -> dict[str, Any]:
    added = datetime.fromtimestamp(entry.added_at / 1000, UTC)
    return {
        "version": entry.version,
        "stage": str(entry.stage),
        "content": entry.content,
        "features": entry.features,
        "added_at": added.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "metrics": model.facts.metrics,
    }


def _require(then: Versions, now: Versions) -> None:
    differing = sorted(name for name in then if then[name] != now.get(name))
    if differing:
        raise ModelIncompatible(
            "the last batches before the stop were decided with another "
            + ", ".join(f"{name} ({then[name]}, now {now.get(name)})" for name in differing),
            advice="Start once more with that one, so that they can be completed, then change it.",
        )
