"""The folder that holds what a running system keeps: state, store, models, its secret."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from fraudstream.errors import Problem, SettingsInvalid, StorageFailed

__all__ = ["Home"]

MIN_SECRET = 16


@dataclass(frozen=True, slots=True)
class Home:
    """Names of the places in the home folder; made when first needed."""

    folder: Path

    @property
    def store(self) -> Path:
        """The embedded store's file."""
        return self.folder / "store.duckdb"

    @property
    def checkpoints(self) -> Path:
        """Folder of the engine's states."""
        return self.folder / "checkpoints"

    @property
    def models(self) -> Path:
        """Folder of the model registry."""
        return self.folder / "models"

    @property
    def spool(self) -> Path:
        """Folder of the log that input without one (standard input) is appended to."""
        return self.folder / "spool"

    @property
    def demo(self) -> Path:
        """The demo's own home folder."""
        return self.folder / "demo"

    def made(self) -> Home:
        """The same, after making sure that the folder exists and only its owner can read it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StorageFailed(
                "The home folder cannot be made.",
                [Problem(error.strerror or str(error), str(self.folder))],
                "Free the path, or choose another folder with --home.",
            ) from error
        return self

    def secret(self, given: str | None = None) -> bytes:
        """The key of the hashes that stand for card numbers and the like.

        ``given`` (the setting ``secret``) wins; else the file ``secret`` in the home folder, made
        of 32 random bytes at first use. Losing it makes old and new hashes unrelated.
        """
        if given is not None:
            return _long_enough(given.encode(), "the setting secret")
        path = self.made().folder / "secret"
        if not path.exists():
            _make_once(path, secrets.token_hex(32).encode())
        return _long_enough(path.read_bytes().strip(), str(path))


def _make_once(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner only; another process may be first."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _long_enough(secret: bytes, where: str) -> bytes:
    if len(secret) < MIN_SECRET:
        raise SettingsInvalid(
            f"The secret that keys hashes is shorter than {MIN_SECRET} bytes.",
            [Problem(f"{len(secret)} bytes", where)],
            "Restore the file from a backup, or remove it to begin with a new one: "
            "hashes made before will not match new ones.",
        )
    return secret
