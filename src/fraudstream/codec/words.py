"""Memory by address: what compiled code reads and writes, and how.

Kernels hand each other addresses, not arrays: for every array that one function hands to another,
numba counts references, and that took eight times as long as decoding itself. So only the entry
points (``scan``, ``normalise``, ...) take arrays, all of which their callers own: an array that
compiled code makes for itself and then uses by its address alone is freed at once. Nothing checks
an address, so the tests of the codec throw damaged messages at it.

Bytes that are read as words end in :data:`PAD` bytes that belong to nobody.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

__all__ = [
    "I64",
    "OPTIONS",
    "PAD",
    "U8",
    "U64",
    "address_of",
    "byte_at",
    "copy_bytes",
    "eight_bytes",
    "first_bytes",
    "low_bit",
    "put_byte",
    "put_word",
    "word_at",
]

I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U64 = NDArray[np.uint64]

OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy"}
"""How every kernel of the codec is compiled."""

PAD = 8
"""Bytes after the end of a buffer that may be read, never used."""


def _pointer(context: Any, builder: Any, kind: Any, address: Any) -> Any:
    return builder.inttoptr(address, context.get_value_type(kind).as_pointer())


@intrinsic
def byte_at(_: Any, base: Any, index: Any) -> Any:
    """``byte_at(base, i)``: the byte ``i`` bytes after an address, as int64."""

    def generate(context: Any, builder: Any, __: Any, args: Any) -> Any:
        place = _pointer(context, builder, types.uint8, builder.add(*args))
        return builder.zext(builder.load(place), context.get_value_type(types.int64))

    return types.int64(types.int64, types.int64), generate


@intrinsic
def put_byte(_: Any, base: Any, index: Any, value: Any) -> Any:
    """``put_byte(base, i, value)``: write the low byte of an int64."""

    def generate(context: Any, builder: Any, __: Any, args: Any) -> Any:
        place = _pointer(context, builder, types.uint8, builder.add(*args[:2]))
        byte = builder.trunc(args[2], context.get_value_type(types.uint8))
        builder.store(byte, place)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@intrinsic
def eight_bytes(_: Any, base: Any, index: Any) -> Any:
    """``eight_bytes(base, i)``: bytes i to i + 7 as one little-endian uint64."""

    def generate(context: Any, builder: Any, __: Any, args: Any) -> Any:
        place = _pointer(context, builder, types.uint64, builder.add(*args))
        return builder.load(place, align=1)

    return types.uint64(types.int64, types.int64), generate


@intrinsic
def word_at(_: Any, base: Any, index: Any) -> Any:
    """``word_at(base, i)``: the i-th int64 from an address."""

    def generate(context: Any, builder: Any, __: Any, args: Any) -> Any:
        return builder.load(builder.gep(_pointer(context, builder, types.int64, args[0]), args[1:]))

    return types.int64(types.int64, types.int64), generate


@intrinsic
def put_word(_: Any, base: Any, index: Any, value: Any) -> Any:
    """``put_word(base, i, value)``: write the i-th int64 from an address."""

    def generate(context: Any, builder: Any, __: Any, args: Any) -> Any:
        first = _pointer(context, builder, types.int64, args[0])
        builder.store(args[2], builder.gep(first, args[1:2]))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@intrinsic
def low_bit(_: Any, word: Any) -> Any:
    """``low_bit(word)``: the position of the lowest bit of a uint64 that is set; 64 if none is."""

    def generate(context: Any, builder: Any, __: Any, args: Any) -> Any:
        return builder.cttz(args[0], context.get_constant(types.boolean, 0))

    return types.uint64(types.uint64), generate


@njit(**OPTIONS)
def address_of(array: NDArray[Any]) -> np.int64:
    """Where an array starts; signed, for signed and unsigned integers make a float in numba."""
    return np.int64(array.ctypes.data)


_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
_BITS = np.uint64(64)


@njit(**OPTIONS)
def first_bytes(data: int, start: int, count: int) -> np.uint64:
    """The first ``count`` (0 to 8) bytes from ``start``, the rest of the word zero."""
    if count <= 0:
        return np.uint64(0)
    return eight_bytes(data, start) & (_FULL >> (_BITS - np.uint64(8 * count)))


@njit(**OPTIONS)
def copy_bytes(source: int, start: int, end: int, target: int, at: int) -> int:
    """Copy bytes ``start`` to ``end`` to ``target`` from ``at`` on; where they end there."""
    for i in range(end - start):
        put_byte(target, at + i, byte_at(source, start + i))
    return at + end - start
