"""Arithmetic on machine words that Python has for free and compiled code has not."""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["join", "popcount", "square", "variance_numerator"]

_OPTIONS = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    "forceinline": True,
}
_TWO_64 = 18446744073709551616.0


@njit(**_OPTIONS)
def _scramble(x):
    """A bijection of 64-bit words in which every input bit moves about half of the output bits.

    The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    """
    z = np.uint64(x)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.int64(z ^ (z >> np.uint64(31)))


@njit(**_OPTIONS)
def join(a, b, salt):
    """One half of the hash of a pair: order matters, and ``salt`` keeps purposes apart.

    Called for the low halves and for the high halves of two 128-bit hashes it gives the two halves
    of a 128-bit hash of the pair, so that two pairs meet with probability 2**-128.
    """
    return _scramble(_scramble(a + np.int64(salt) * np.int64(0x632BE59BD9B4E019)) + b)


@njit(**_OPTIONS)
def popcount(word):
    """Number of set bits of an int64 (LLVM turns this into one instruction)."""
    x = np.uint64(word)
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(**_OPTIONS)
def _multiply(a, b):
    """128-bit product (high, low) of two unsigned words."""
    half = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    a0, a1 = a & half, a >> shift
    b0, b1 = b & half, b >> shift
    low = a0 * b0
    middle = a1 * b0 + (low >> shift)
    middle_low = (middle & half) + a0 * b1
    high = a1 * b1 + (middle >> shift) + (middle_low >> shift)
    return high, (middle_low << shift) | (low & half)


@njit(**_OPTIONS)
def square(x):
    """x*x in 128 bits, as two int64 words (high, low)."""
    magnitude = np.uint64(x) if x >= 0 else np.uint64(-x)
    high, low = _multiply(magnitude, magnitude)
    return np.int64(high), np.int64(low)


@njit(**_OPTIONS)
def variance_numerator(count, total, high, low):
    """n * sum of squares - (sum)**2, exact in 128 bits, then one rounding to float64.

    Never negative (Cauchy-Schwarz). The float is ``float(high word) * 2**64 + float(low word)``.
    """
    n = np.uint64(count)
    product_high, product_low = _multiply(np.uint64(low), n)
    product_high = product_high + np.uint64(high) * n
    magnitude = np.uint64(total) if total >= 0 else np.uint64(-total)
    square_high, square_low = _multiply(magnitude, magnitude)
    borrow = np.uint64(1) if product_low < square_low else np.uint64(0)
    difference_low = product_low - square_low
    difference_high = product_high - square_high - borrow
    return np.float64(difference_high) * _TWO_64 + np.float64(difference_low)
