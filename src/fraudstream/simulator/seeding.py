"""Where randomness comes from: named generators, hashes of keys, and tokens that cannot collide.

Nothing is drawn from a generator that lives on. Every draw names what it is for (seed, purpose,
number), so a stream does not depend on how far, how fast, or in what pieces it is read.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Ints", "generator", "mix", "permuted", "token", "unit"]

Ints = npt.NDArray[np.int64]
_U64 = npt.NDArray[np.uint64]
_GOLDEN = 0x9E3779B97F4A7C15
_MASK64 = (1 << 64) - 1


def generator(seed: int, purpose: str, *numbers: int) -> np.random.Generator:
    """Return the generator that belongs to ``purpose`` and ``numbers`` (each 0 or more)."""
    words = (seed, zlib.crc32(purpose.encode()), *numbers)
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(words)))


def mix(salt: int, *keys: npt.ArrayLike) -> _U64:
    """Return a 64-bit hash of the keys, element by element (the finaliser of SplitMix64)."""
    state = np.asarray((salt * _GOLDEN) & _MASK64, dtype=np.uint64)
    for key in keys:
        state = _finalise(state + np.asarray(key).astype(np.int64).astype(np.uint64))
    return state


def _finalise(word: Any) -> _U64:
    with np.errstate(over="ignore"):
        word = word + np.uint64(_GOLDEN)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(word ^ (word >> np.uint64(31)))


def unit(salt: int, *keys: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return a number in [0, 1) that depends on nothing but the salt and the keys."""
    return np.asarray((mix(salt, *keys) >> np.uint64(11)) * 2.0**-53)


def token(salt: int, index: npt.ArrayLike) -> Ints:
    """Return a 32-bit number that looks random; distinct indices below 2^32 never collide.

    >>> len(set(token(7, range(1000)).tolist()))
    1000
    """
    word = np.asarray(index).astype(np.int64).astype(np.uint64) & np.uint64(0xFFFFFFFF)
    for factor in (0x85EBCA6B, 0xC2B2AE35):  # odd factors: each round is a bijection
        word = word ^ (word >> np.uint64(16))
        word = (word * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    word = word ^ (word >> np.uint64(15)) ^ np.uint64(int(mix(salt, 0)) & 0xFFFFFFFF)
    return word.astype(np.int64)


def permuted(salt: int, number: npt.ArrayLike, size: int) -> Ints:
    """Return the numbers of [0, size) in a scattered order; ``size`` is a power of ten.

    Beyond ``size`` the next ``size`` numbers follow, scattered alike, so it never repeats.

    >>> sorted(permuted(3, range(100), 100).tolist()) == list(range(100))
    True
    """
    values = np.asarray(number).astype(np.int64)
    factor = 1 + 10 * (int(mix(salt, 1)) % (size // 10)) + 2 * (int(mix(salt, 2)) % 2)
    shift = int(mix(salt, 3)) % size
    within = values % size
    return np.asarray(values - within + (within * factor + shift) % size)
