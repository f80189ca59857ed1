"""A place's state as chunks of bytes, of which only those that changed are written.

State is arrays by name. A large one is cut into chunks of fixed size, small ones are cut together:
each chunk is a call to Spark. A digest of each chunk tells whether it has changed, and a stamp over
all digests tells one state from another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

from fraudstream.spark.blocks import Arrays

__all__ = ["CHUNK_BYTES", "Contents", "chunks_of", "joined_chunks"]

CHUNK_BYTES = 1 << 15
SMALL = CHUNK_BYTES // 4
TOGETHER = ""
"""Stands for the arrays of fewer than ``SMALL`` bytes, one after the other."""

Key = tuple[str, int]
"""An array's name, or ``TOGETHER``, and the number of one of its chunks."""

Head = tuple[tuple[str, str, tuple[int, ...]], ...]
"""Name, type and shape of each array."""


_heads = msgspec.json.Decoder(Head)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a state consists of: its arrays' names, types and shapes, and every chunk's digest."""

    head: Head
    digests: Mapping[str, NDArray[np.uint64]]

    @classmethod
    def of(cls, arrays: Arrays) -> Contents:
        """The contents of a state."""
        head = tuple((name, array.dtype.str, array.shape) for name, array in arrays.items())
        return cls(head, {name: _digests(data) for name, data in _lots(arrays).items()})

    @property
    def stamp(self) -> str:
        """Equal stamps, equal states."""
        stamp = hashlib.blake2b(self.encoded(), digest_size=16)
        for digests in self.digests.values():
            stamp.update(digests.tobytes())
        return stamp.hexdigest()

    def changed(self, before: Contents | None) -> Iterator[Key]:
        """Chunks that are new, or another than they were."""
        for name, digests in self.digests.items():
            old = _digests_of(before, name)
            same = min(len(old), len(digests))
            differing = np.flatnonzero(old[:same] != digests[:same]).tolist()
            yield from ((name, number) for number in (*differing, *range(same, len(digests))))

    def gone(self, before: Contents | None) -> Iterator[Key]:
        """Chunks that there are no longer."""
        for name in before.digests if before else ():
            here = range(len(_digests_of(self, name)), len(_digests_of(before, name)))
            yield from ((name, number) for number in here)

    def encoded(self) -> bytes:
        """The head as bytes."""
        return msgspec.json.encode(self.head)


def chunks_of(arrays: Arrays, keys: Iterator[Key]) -> Iterator[tuple[Key, bytes]]:
    """Chunks by key."""
    lots = _lots(arrays)
    for name, number in keys:
        yield (name, number), lots[name][number * CHUNK_BYTES :][:CHUNK_BYTES].tobytes()


def joined_chunks(head: bytes, chunks: Mapping[Key, bytes]) -> Arrays:
    """The arrays of a head again; they can be written."""
    arrays: Arrays = {}
    parts = [(name, kind, shape, _size(kind, shape)) for name, kind, shape in _heads.decode(head)]
    together = _joined(chunks, TOGETHER, sum(size for *_, size in parts if size < SMALL))
    for name, kind, shape, size in parts:
        if size < SMALL:
            data, together = together[:size], together[size:]
        else:
            data = _joined(chunks, name, size)
        arrays[name] = np.frombuffer(data, kind).reshape(shape)
    return arrays


def _size(kind: str, shape: tuple[int, ...]) -> int:
    return int(np.prod(shape)) * np.dtype(kind).itemsize


def _joined(chunks: Mapping[Key, bytes], name: str, size: int) -> bytearray:
    return bytearray(b"".join(chunks[name, number] for number in range(_count(size))))


def _lots(arrays: Arrays) -> dict[str, NDArray[np.uint8]]:
    """What is cut into chunks, as bytes."""
    flat = {name: _bytes(array) for name, array in arrays.items()}
    small = [data for data in flat.values() if len(data) < SMALL]
    large = {name: data for name, data in flat.items() if len(data) >= SMALL}
    return {TOGETHER: np.concatenate([np.empty(0, np.uint8), *small]), **large}


def _digests_of(contents: Contents | None, name: str) -> NDArray[np.uint64]:
    nothing = np.empty(0, np.uint64)
    return nothing if contents is None else contents.digests.get(name, nothing)


def _bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def _count(size: int) -> int:
    return -(-size // CHUNK_BYTES)


def _digests(data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    digests = np.empty(_count(len(data)), np.uint64)
    whole = len(data) // 8 * 8
    rest = np.zeros(8, np.uint8)
    rest[: len(data) - whole] = data[whole:]
    _digest(data[:whole].view(np.uint64), rest.view(np.uint64)[0], digests)
    return digests


@njit(cache=True, nogil=True)
def _digest(words, rest, digests):  # type: ignore[no-untyped-def]
    """A sum over each chunk of its words, each mixed with its place (SplitMix64)."""
    size = CHUNK_BYTES // 8
    for chunk in range(len(digests)):
        total = np.uint64(0)
        first = chunk * size
        for i in range(first, min(first + size, len(words))):
            total += _mixed(words[i] + np.uint64(i - first + 1) * np.uint64(0x9E3779B97F4A7C15))
        digests[chunk] = total
    if len(digests):
        digests[-1] ^= _mixed(rest)


@njit(cache=True, nogil=True)
def _mixed(word):  # type: ignore[no-untyped-def]
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))
