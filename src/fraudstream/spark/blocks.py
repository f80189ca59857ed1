"""Arrays by name as one run of bytes: what a row of Spark carries, and what its state keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["Arrays", "joined", "pack", "unpack"]

Arrays = dict[str, NDArray[Any]]

_ALIGN = 8


class _Array(msgspec.Struct, array_like=True, frozen=True):
    """One array's name, type and shape, as the head of a block lists them."""

    name: str
    type: str
    shape: tuple[int, ...]


_heads = msgspec.json.Decoder(tuple[_Array, ...])


def pack(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """A block: the length of its head, the head in JSON, then the arrays, aligned to 8 bytes.

    >>> unpack(pack({"one": np.arange(3, dtype=np.int16)}))["one"].tolist()
    [0, 1, 2]
    """
    kept = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    head = msgspec.json.encode([_Array(n, a.dtype.str, a.shape) for n, a in kept.items()])
    parts = [_padded(len(head).to_bytes(_ALIGN, "little") + head)]
    parts += [_padded(array.tobytes()) for array in kept.values()]
    return b"".join(parts)


def unpack(block: bytes) -> Arrays:
    """The arrays of a block, as views of it that cannot be written."""
    length = int.from_bytes(block[:_ALIGN], "little")
    at = _aligned(_ALIGN + length)
    arrays: Arrays = {}
    for one in _heads.decode(block[_ALIGN : _ALIGN + length]):
        dtype = np.dtype(one.type)
        count = int(np.prod(one.shape))
        arrays[one.name] = np.frombuffer(block, dtype, count, at).reshape(one.shape)
        at += _aligned(count * dtype.itemsize)
    return arrays


def joined(blocks: Sequence[Mapping[str, NDArray[Any]]]) -> Arrays:
    """The rows of several blocks of the same columns, at least one, one after the other."""
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN


def _padded(data: bytes) -> bytes:
    return data + bytes(_aligned(len(data)) - len(data))
