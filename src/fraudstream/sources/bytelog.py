"""Bytes by position: what text sources read their lines from."""

from __future__ import annotations

import gzip
import stat
import time
import zlib
from pathlib import Path
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import InputInvalid, Problem, UsageInvalid
from fraudstream.events import NO_TIMESTAMP
from fraudstream.sources.seal import Seal

__all__ = ["ByteLog", "FileBytes", "frozen", "open_file"]

_LOOK_AGAIN = 0.02
_FOREIGN = {
    b"PAR1": "a Parquet file; name it .parquet",
    b"PK\x03\x04": "a zip archive; unpack it first",
    b"(\xb5/\xfd": "compressed by zstd; unpack it first (zstd -d)",
    b"BZh": "compressed by bzip2; unpack it first (bunzip2)",
    b"\xfd7zXZ": "compressed by xz; unpack it first (unxz)",
}


class ByteLog(Protocol):
    """Bytes that are only ever added to."""

    def read(self, at: int, size: int) -> NDArray[np.uint8]:
        """Read-only bytes from ``at``; fewer than ``size`` only where the log ends now."""
        ...

    def finite(self) -> bool:
        """Whether the end that a read met is the end."""
        ...

    def arrivals(self, ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """When the byte before each position arrived, UTC ms, or ``NO_TIMESTAMP``."""
        ...

    def check(self, at: int) -> None:
        """Raise ``InputInvalid`` if the log does not reach back or forward to ``at``."""
        ...

    def wait(self, seconds: float) -> None:
        """Return when there is more, or after so long."""
        ...

    def close(self) -> None:
        """Let go; may be called twice."""
        ...


class FileBytes:
    """A file's bytes, or those that a ``.gz`` file unpacks to.

    With ``follow`` the file has no end. ``seal`` is where the file's first bytes are remembered,
    so that another file under its name is noticed.
    """

    def __init__(self, path: Path, follow: bool = False, seal: Path | None = None) -> None:
        self._path = path
        self._follow = follow
        self._file = _unpacked(path)
        self._seal = Seal(seal, path, self._read) if seal else None
        self._sealed = False
        if follow and isinstance(self._file, gzip.GzipFile):
            self._file.close()
            raise UsageInvalid(
                f"{path} is compressed, so it cannot be followed while it grows.",
                advice="Follow the uncompressed file, or read this one to its end.",
            )

    def read(self, at: int, size: int) -> NDArray[np.uint8]:
        """Bytes from ``at``; what has been appended since is there."""
        if self._seal and not self._sealed:
            self._seal.renew()
            self._sealed = True
        return self._read(at, size)

    def _read(self, at: int, size: int) -> NDArray[np.uint8]:
        data = np.empty(size, np.uint8)
        try:
            self._file.seek(at)
            filled = _fill(self._file, data)
        except (OSError, EOFError, zlib.error) as error:
            raise InputInvalid(
                f"{self._path} cannot be read on from byte {at}.",
                [Problem(str(error), str(self._path))],
                "Nothing after it was decided; repair the file and run again.",
            ) from error
        return frozen(data[:filled])

    def finite(self) -> bool:
        """Whether this file is read to its end once, instead of being followed."""
        return not self._follow

    def arrivals(self, ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """A file does not say when its lines arrived."""
        return np.full(len(ends), NO_TIMESTAMP, np.int64)

    def check(self, at: int) -> None:
        """Compare the file with the one that was read before."""
        if at and not len(self._read(at - 1, 1)):
            raise InputInvalid(
                f"{self._path} is shorter than the {at} bytes that were read from it before.",
                advice="Restore it, or decide the new file from the start with another --home.",
            )
        if self._seal:
            self._seal.check()
            self._sealed = True

    def wait(self, seconds: float) -> None:
        """Files do not tell that they grew: look again a little later."""
        if self._follow:
            time.sleep(min(seconds, _LOOK_AGAIN))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_file(path: Path) -> IO[bytes]:
    """A regular file, unbuffered; what cannot be read is one clear paragraph."""
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise InputInvalid(
                f"{path} is not a file that can be read twice.",
                advice="Name a file, or send it to standard input: --source -",
            )
        return open(path, "rb", buffering=0)
    except OSError as error:
        raise InputInvalid(
            f"The input {path} cannot be opened.",
            [Problem(error.strerror or str(error), str(path))],
            "Check the path and its permissions.",
        ) from error


def frozen(data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same bytes, read-only, so that all compiled code sees one type."""
    data.flags.writeable = False
    return data


def _unpacked(path: Path) -> IO[bytes]:
    file = open_file(path)
    magic = file.read(6)
    file.seek(0)
    if magic.startswith(b"\x1f\x8b"):
        file.close()
        return gzip.open(path)  # type: ignore[return-value]
    for start, what in _FOREIGN.items():
        if magic.startswith(start):
            file.close()
            raise InputInvalid(f"{path} is not text: it looks like {what}.")
    return file


def _fill(file: IO[bytes], data: NDArray[np.uint8]) -> int:
    """Read until ``data`` is full or the file ends; how much was read."""
    view, filled = memoryview(data.data), 0
    while filled < len(view):
        count = file.readinto(view[filled : filled + (1 << 30)])  # type: ignore[attr-defined]
        if not count:
            break
        filled += count
    return filled
