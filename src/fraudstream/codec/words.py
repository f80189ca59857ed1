"""Eight bytes at a time: what numba does not offer by itself.

A buffer that is read this way ends in :data:`PAD` bytes that belong to nobody.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

__all__ = ["I64", "OPTIONS", "PAD", "U8", "U64", "copy_bytes", "first_bytes", "load64", "low_bit"]

I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U64 = NDArray[np.uint64]

OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy"}
"""How every kernel of the codec is compiled."""

PAD = 8
"""Bytes after the end of a buffer that may be read, never used."""


@intrinsic
def load64(_: Any, data: Any, index: Any) -> Any:
    """``load64(data, i)``: bytes i to i + 7 as one little-endian uint64, wherever they start."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        word = context.get_value_type(types.uint64)
        place = builder.gep(array.data, [args[1]])
        return builder.load(builder.bitcast(place, word.as_pointer()), align=1)

    return types.uint64(data, index), generate


@intrinsic
def low_bit(_: Any, word: Any) -> Any:
    """``low_bit(word)``: the position of the lowest bit that is set; 64 if none is."""

    def generate(context: Any, builder: Any, __: Any, args: Any) -> Any:
        return builder.cttz(args[0], context.get_constant(types.boolean, 0))

    return types.uint64(types.uint64), generate


_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
_BITS = np.uint64(64)


@njit(**OPTIONS)
def first_bytes(data: U8, start: int, count: int) -> np.uint64:
    """The first ``count`` (0 to 8) bytes from ``start``, the rest of the word zero."""
    if count <= 0:
        return np.uint64(0)
    return load64(data, start) & (_FULL >> (_BITS - np.uint64(8 * count)))


@njit(**OPTIONS)
def copy_bytes(source: U8, start: int, end: int, target: U8, at: int) -> int:
    """Copy ``source[start:end]`` to ``target`` from ``at`` on; where it ends there."""
    for i in range(end - start):
        target[at + i] = source[start + i]
    return at + end - start
