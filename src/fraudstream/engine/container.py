"""The file format of a checkpoint: a head in JSON, arrays in NumPy's format, a digest.

fraudstream-checkpoint 1\\n
{"batch": ..., "position": ..., "fingerprint": ..., "meta": ..., "arrays": [names]}\\n
each array as numpy.save writes it, without pickle
SHA-256 of all that, 32 bytes
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import IO, cast

import msgspec
import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from fraudstream.errors import CheckpointIncompatible
from fraudstream.ports import Checkpoint

__all__ = ["read", "write"]

_MAGIC = b"fraudstream-checkpoint "
_LAYOUT = b"1"
_DIGEST = hashlib.sha256().digest_size
_BLOCK = 1 << 20


class Head(msgspec.Struct, frozen=True):
    """Everything but the arrays."""

    batch: int
    position: dict[int, int]
    fingerprint: str
    meta: dict[str, str | int]
    arrays: list[str]


def write(file: IO[bytes], checkpoint: Checkpoint) -> None:
    """Write a checkpoint."""
    out = _Hashing(file)
    head = Head(
        checkpoint.batch,
        dict(checkpoint.position),
        checkpoint.fingerprint,
        dict(checkpoint.meta),
        list(checkpoint.arrays),
    )
    out.write(_MAGIC + _LAYOUT + b"\n" + msgspec.json.encode(head) + b"\n")
    for array in checkpoint.arrays.values():
        npy.write_array(cast(IO[bytes], out), np.asarray(array), allow_pickle=False)
    file.write(out.digest())


def read(path: Path) -> Checkpoint | None:
    """The checkpoint in a file, or None if it is torn; ``CheckpointIncompatible`` if too new."""
    with path.open("rb") as file:
        if not _is_whole(file):
            return None
        _check_layout(path, file.readline())
        head = msgspec.json.decode(file.readline(), type=Head)
        arrays: dict[str, NDArray[np.generic]] = {
            name: npy.read_array(file, allow_pickle=False) for name in head.arrays
        }
    return Checkpoint(head.batch, head.position, head.fingerprint, arrays, head.meta)


def _is_whole(file: IO[bytes]) -> bool:
    """Whether the digest fits; leaves the file at its start."""
    left = file.seek(0, 2) - _DIGEST
    file.seek(0)
    digest = hashlib.sha256()
    while left > 0:
        block = file.read(min(left, _BLOCK))
        digest.update(block)
        left -= len(block)
    fits = file.read() == digest.digest()
    file.seek(0)
    return fits


def _check_layout(path: Path, line: bytes) -> None:
    if line != _MAGIC + _LAYOUT + b"\n":
        raise CheckpointIncompatible(
            f"The checkpoint {path} has a layout that this version does not read.",
            advice="Run the version that wrote it, or make the state anew: fraudstream state "
            "rebuild. Removing the file makes the next start compute everything again.",
        )


class _Hashing:
    """Writes through to a file and hashes what it writes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def digest(self) -> bytes:
        return self._hash.digest()
