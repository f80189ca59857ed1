"""The registry: numbers models and knows which one decides."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import msgspec

from fraudstream.durable import sync, write_file
from fraudstream.errors import InputInvalid, ModelIncompatible, Problem, UsageInvalid
from fraudstream.scoring import Model
from fraudstream.stores.models import load_model, save_model
from fraudstream.stores.storing import storing

__all__ = ["Registered", "Registry", "Stage"]


class Stage(StrEnum):
    """What a model is there for."""

    CANDIDATE = "candidate"
    SHADOW = "shadow"
    """Scores beside the champion; its scores change nothing."""
    CHAMPION = "champion"
    """The one that decides."""
    ARCHIVED = "archived"
    """Has decided, or was given up; kept, so that its decisions can be explained."""


class Registered(msgspec.Struct, frozen=True):
    """A line of the registry; ``content`` is the model's own version, ``added_at`` UTC ms."""

    version: int
    content: str
    features: str
    stage: Stage
    added_at: int


class Ledger(msgspec.Struct, frozen=True):
    """The registry's file; ``champions`` are the versions to go back to, the present one last."""

    layout: int = 1
    models: tuple[Registered, ...] = ()
    champions: tuple[int, ...] = ()

    def staged(self, version: int, stage: Stage) -> Ledger:
        """With another stage for one model."""
        models = tuple(
            msgspec.structs.replace(model, stage=stage) if model.version == version else model
            for model in self.models
        )
        return msgspec.structs.replace(self, models=models)

    def crowned(self, champions: tuple[int, ...]) -> Ledger:
        """With another line of champions; the model that decided until now is archived."""
        ledger = self
        if self.champions:
            ledger = ledger.staged(self.champions[-1], Stage.ARCHIVED)
        ledger = ledger.staged(champions[-1], Stage.CHAMPION)
        return msgspec.structs.replace(ledger, champions=champions)


class Registry:
    """Numbered models in a folder, safe against crashes and against two commands at once.

    Nothing is ever deleted: a decision can be recomputed as long as its model is there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def models(self) -> tuple[Registered, ...]:
        """All models, in the order of their numbers."""
        return self._ledger().models

    def add(self, model: Model) -> Registered:
        """Take a model in as a candidate, or return the entry that it already has."""
        with self._changing():
            ledger = self._ledger()
            known = [entry for entry in ledger.models if entry.content == model.content]
            if known:
                return known[0]
            entry = Registered(
                version=self._next_number(),
                content=model.content,
                features=model.features_fingerprint,
                stage=Stage.CANDIDATE,
                added_at=time.time_ns() // 1_000_000,
            )
            save_model(self.folder / str(entry.version), model)
            self._write(msgspec.structs.replace(ledger, models=(*ledger.models, entry)))
            return entry

    def get(self, version: int | str) -> Model:
        """A model by its number or by its content's version; its ``version`` is the number."""
        return self._load(self._find(self._ledger(), version))

    def champion(self) -> Model | None:
        """The model that decides, if one has been promoted."""
        ledger = self._ledger()
        return self.get(ledger.champions[-1]) if ledger.champions else None

    def promote(self, version: int | str) -> Registered:
        """Make a model the champion; the one before is archived and can be gone back to."""
        with self._changing():
            ledger = self._ledger()
            number = self._find(ledger, version).version
            self._load(self._find(ledger, number))
            if ledger.champions[-1:] != (number,):
                ledger = ledger.crowned((*ledger.champions, number))
                self._write(ledger)
            return self._find(ledger, number)

    def rollback(self) -> Registered:
        """Make the champion before this one the champion again."""
        with self._changing():
            ledger = self._ledger()
            if len(ledger.champions) < 2:
                raise UsageInvalid(
                    "There is no earlier champion to go back to.",
                    advice="See fraudstream models list, then: fraudstream models promote VERSION",
                )
            ledger = ledger.crowned(ledger.champions[:-1])
            self._write(ledger)
            return self._find(ledger, ledger.champions[-1])

    def put_in_shadow(self, version: int | str) -> Registered:
        """Let a model that does not decide score beside the champion."""
        with self._changing():
            ledger = self._ledger()
            entry = self._find(ledger, version)
            if entry.stage is Stage.CHAMPION:
                raise UsageInvalid(
                    f"Model {entry.version} decides; it cannot be its own shadow.",
                    advice="Promote another one first: fraudstream models promote VERSION",
                )
            ledger = ledger.staged(entry.version, Stage.SHADOW)
            self._write(ledger)
            return self._find(ledger, entry.version)

    def _find(self, ledger: Ledger, version: int | str) -> Registered:
        for entry in ledger.models:
            if str(version) in (str(entry.version), entry.content):
                return entry
        known = ", ".join(str(entry.version) for entry in ledger.models) or "none yet"
        raise UsageInvalid(
            f"The registry has no model {version}.",
            [Problem(f"known versions: {known}", str(self.folder))],
            "See fraudstream models list.",
        )

    def _load(self, entry: Registered) -> Model:
        folder = self.folder / str(entry.version)
        model = load_model(folder)
        if model.content != entry.content:
            raise ModelIncompatible(
                f"Model {entry.version} is not the one that was registered under this number.",
                [Problem(f"holds {model.content}, not {entry.content}", str(folder))],
                "Restore the folder from a backup, or promote another version.",
            )
        return model.numbered(str(entry.version))

    def _next_number(self) -> int:
        """Over every folder there is: one that a crash left without its line is not overwritten.

        Nor are the models of a registry whose file was lost.
        """
        folders = [path.name for path in self.folder.iterdir() if path.is_dir()]
        return max((int(name) for name in folders if name.isdecimal()), default=0) + 1

    def _ledger(self) -> Ledger:
        path = self.folder / "registry.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=Ledger)
        except FileNotFoundError:
            return Ledger()
        except (OSError, msgspec.MsgspecError) as error:
            raise InputInvalid(
                "The model registry cannot be read.",
                [Problem(str(error), str(path))],
                "Restore the file from a backup; the models themselves are in the folders beside "
                "it.",
            ) from error

    def _write(self, ledger: Ledger) -> None:
        draft = self.folder / ".registry.new"
        with storing(self.folder):
            write_file(draft, msgspec.json.format(msgspec.json.encode(ledger), indent=1) + b"\n")
            draft.replace(self.folder / "registry.json")
            sync(self.folder)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One change at a time; the operating system drops the lock with its process."""
        with storing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / ".lock").open("wb")
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
