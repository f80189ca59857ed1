"""Models on disk: one folder each."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from fraudstream.durable import sync, write_file
from fraudstream.errors import InputInvalid, ModelIncompatible, Problem, UsageInvalid
from fraudstream.scoring import Model
from fraudstream.stores.storing import storing

__all__ = ["load_model", "save_model"]

_MARK = "model.json"
_LARGEST = 1 << 30


def save_model(path: Path, model: Model) -> None:
    """Write a model's folder, whole or not at all; one that is there is replaced if it is a model.

    Raises ``UsageInvalid`` if something else is there and ``StorageFailed`` if the disk refuses.
    """
    if path.exists() and not _is_replaceable(path):
        raise UsageInvalid(
            f"{path} is there and is not a model.", advice="Choose another --out, or remove it."
        )
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft, old = (path.parent / f".{path.name}.{end}-{os.getpid()}" for end in ("new", "old"))
        _write_folder(draft, model.to_files())
        if path.exists():
            path.rename(old)
        draft.rename(path)
        sync(path.parent)
        shutil.rmtree(old, ignore_errors=True)


def load_model(path: Path) -> Model:
    """The model in a folder; ``InputInvalid`` without one, ``ModelIncompatible`` if damaged."""
    try:
        files = {file.name: _content(file) for file in path.iterdir() if file.is_file()}
    except OSError as error:
        raise InputInvalid(
            f"There is no model to read at {path}.",
            [Problem(error.strerror or str(error), error.filename or str(path))],
            "A model is a folder that fraudstream train has written; check the path.",
        ) from error
    try:
        return Model.from_files(files)
    except ModelIncompatible as error:
        raise ModelIncompatible(f"{path}: {error.summary}", error.problems, error.advice) from error


def _is_replaceable(path: Path) -> bool:
    return path.is_dir() and ((path / _MARK).is_file() or not any(path.iterdir()))


def _content(file: Path) -> bytes:
    if file.stat().st_size > _LARGEST:
        raise InputInvalid(f"{file} is larger than any model.", advice="Check the path.")
    return file.read_bytes()


def _write_folder(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        write_file(folder / name, content)
    sync(folder)
