"""SipHash-2-4 with 128 bits of output: the keyed hash of ids and entity keys.

Jean-Philippe Aumasson and Daniel J. Bernstein, "SipHash: a fast short-input PRF" (2012), with the
128-bit output of their reference implementation. Keyed, so that nobody without the secret can
choose ids that collide or find the card behind a hash by trying all cards.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.codec.words import (
    OPTIONS,
    PAD,
    byte_at,
    eight_bytes,
    first_bytes,
    put_byte,
    word_at,
)

__all__ = [
    "HEX_DIGITS",
    "hash_text",
    "hashed_text",
    "is_hex",
    "key_words",
    "put_hex",
    "read_hex",
    "siphash",
]

_Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]

_C0, _C1 = np.uint64(0x736F6D6570736575), np.uint64(0x646F72616E646F6D)
_C2, _C3 = np.uint64(0x6C7967656E657261), np.uint64(0x7465646279746573)
_WIDE, _LAST, _NEXT = np.uint64(0xEE), np.uint64(0xEE), np.uint64(0xDD)
_13, _16, _17, _21, _32 = (np.uint64(bits) for bits in (13, 16, 17, 21, 32))
_51, _48, _47, _43 = (np.uint64(64 - bits) for bits in (13, 16, 17, 21))


@njit(**OPTIONS)
def _round(v0: np.uint64, v1: np.uint64, v2: np.uint64, v3: np.uint64) -> _Words:
    v0 += v1
    v2 += v3
    v1 = ((v1 << _13) | (v1 >> _51)) ^ v0
    v3 = ((v3 << _16) | (v3 >> _48)) ^ v2
    v0 = (v0 << _32) | (v0 >> _32)
    v2 += v1
    v0 += v3
    v1 = ((v1 << _17) | (v1 >> _47)) ^ v2
    v3 = ((v3 << _21) | (v3 >> _43)) ^ v0
    v2 = (v2 << _32) | (v2 >> _32)
    return v0, v1, v2, v3


@njit(**OPTIONS)
def siphash(key: int, data: int, start: int, end: int) -> tuple[np.uint64, np.uint64]:
    """Hash of ``data[start:end]`` by the two words at ``key``.

    ``data`` has :data:`PAD` bytes to spare after ``end``.
    """
    k0, k1 = np.uint64(word_at(key, 0)), np.uint64(word_at(key, 1))
    v0, v1, v2, v3 = k0 ^ _C0, k1 ^ _C1 ^ _WIDE, k0 ^ _C2, k1 ^ _C3
    at = start
    while at + 8 <= end:
        word = eight_bytes(data, at)
        v0, v1, v2, v3 = _round(v0, v1, v2, v3 ^ word)
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        v0 ^= word
        at += 8
    word = first_bytes(data, at, end - at) | (np.uint64(end - start) << np.uint64(56))
    v0, v1, v2, v3 = _round(v0, v1, v2, v3 ^ word)
    v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    v0 ^= word
    v2 ^= _LAST
    for _ in range(4):
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    low = v0 ^ v1 ^ v2 ^ v3
    v1 ^= _NEXT
    for _ in range(4):
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    return low, v0 ^ v1 ^ v2 ^ v3


_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)


@njit(**OPTIONS)
def put_hex(low: np.uint64, high: np.uint64, out: int, at: int) -> int:
    """Write a hash as 32 hex digits, byte after byte as the reference prints it."""
    for i in range(16):
        word = low if i < 8 else high
        byte = np.int64((word >> np.uint64(8 * (i & 7))) & np.uint64(255))
        put_byte(out, at + 2 * i, _HEX[byte >> 4])
        put_byte(out, at + 2 * i + 1, _HEX[byte & 15])
    return at + 32


HEX_DIGITS = 32
"""Of a hash as it is shown."""


@njit(**OPTIONS)
def is_hex(data: int, start: int, end: int) -> bool:
    """Whether ``data[start:end]`` is a hash as it is shown."""
    for at in range(start, end):
        byte = byte_at(data, at)
        if not (48 <= byte <= 57 or 97 <= byte <= 102):
            return False
    return end - start == HEX_DIGITS


@njit(**OPTIONS)
def read_hex(data: int, at: int) -> tuple[np.uint64, np.uint64]:
    """The hash of which ``put_hex`` wrote the digits."""
    return _read_word(data, at), _read_word(data, at + 16)


@njit(**OPTIONS)
def _read_word(data: int, at: int) -> np.uint64:
    """Sixteen digits, the lowest byte first."""
    word = np.uint64(0)
    for i in range(8):
        byte = _digit(byte_at(data, at + 2 * i)) << 4 | _digit(byte_at(data, at + 2 * i + 1))
        word |= np.uint64(byte) << np.uint64(8 * i)
    return word


@njit(**OPTIONS)
def _digit(byte: int) -> int:
    return byte - 48 if byte < 58 else byte - 87


def key_words(secret: bytes) -> tuple[int, int]:
    """The two words of a 16-byte secret; raises ``ValueError`` at any other length."""
    if len(secret) != 16:
        raise ValueError(f"the hashing secret is 16 bytes, not {len(secret)}")
    low, high = np.frombuffer(secret, "<i8").tolist()
    return low, high


def hash_text(secret: bytes, text: str) -> tuple[int, int]:
    """The hash that decoding gives this text, as the two int64 that features compare.

    >>> hash_text(bytes(range(16)), "")
    (-1826168168029126237, -7853620486650792339)
    """
    data = text.encode()
    padded = np.frombuffer(data + bytes(PAD), np.uint8)
    key = np.array(key_words(secret), np.int64)
    low, high = siphash(key.ctypes.data, padded.ctypes.data, 0, len(data))
    return int(np.uint64(low).astype(np.int64)), int(np.uint64(high).astype(np.int64))


def hashed_text(secret: bytes, text: str) -> str:
    """The hash of a text as it is stored and shown: 32 hex digits.

    >>> hashed_text(bytes(range(16)), "")
    'a3817f04ba25a8e66df67214c7550293'
    """
    return np.array(hash_text(secret, text), "<i8").tobytes().hex()
