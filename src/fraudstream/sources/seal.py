"""Notice that a file is no longer the one that was read before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import InputInvalid, Problem, StorageFailed

__all__ = ["Seal"]

_BYTES = 4096


class Prefix(msgspec.Struct, frozen=True):
    """The first bytes of a log: how many, and their SHA-256 in hex."""

    bytes: int
    sha256: str


class Seal:
    """Remembers the first 4 KiB of a log in a small file of its own.

    A name, a size or an inode says too little: files are copied, restored and appended to, and are
    still the same log.
    """

    def __init__(
        self, place: Path, path: Path, read: Callable[[int, int], NDArray[np.uint8]]
    ) -> None:
        self._place = place
        self._path = path
        self._read = read

    def check(self) -> None:
        """Raise ``InputInvalid`` if the log begins differently; else remember how it begins."""
        try:
            known = msgspec.json.decode(self._place.read_bytes(), type=Prefix)
        except (FileNotFoundError, msgspec.MsgspecError):
            return self.renew()
        if self._prefix(known.bytes) != known:
            raise InputInvalid(
                f"{self._path} is not the file that was read before: its first bytes differ.",
                advice="Put the former file back, or decide this one from the start with another "
                "--home.",
            )
        self.renew()

    def renew(self) -> None:
        """Remember the log as it begins now."""
        prefix = msgspec.json.encode(self._prefix(_BYTES))
        draft = self._place.with_suffix(".new")
        try:
            draft.write_bytes(prefix)
            draft.replace(self._place)
        except OSError as error:
            raise StorageFailed(
                "How the input begins could not be written down.",
                [Problem(error.strerror or str(error), str(self._place))],
                "Nothing was decided yet: make room or restore access, then start again.",
            ) from error

    def _prefix(self, size: int) -> Prefix:
        data = self._read(0, size)
        return Prefix(len(data), hashlib.sha256(data.tobytes()).hexdigest())
