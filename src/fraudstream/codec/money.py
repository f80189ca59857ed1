"""Amounts: digits to minor units of their currency, and from there to the base currency."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from fraudstream.codec.decimals import LARGEST, TAIL_NONE, read_scaled, rounded
from fraudstream.codec.values import FINE, NEGATIVE, NO_RATE, OUT_OF_RANGE, TOO_PRECISE
from fraudstream.codec.words import I64, OPTIONS, U8
from fraudstream.schema import Currency

__all__ = ["Currencies", "convert", "currencies_of", "find_currency", "read_money", "times_ratio"]

_LETTERS = 26
_ALWAYS = int(np.iinfo(np.int64).min)
_LIMB = 16
_LARGEST_DENOMINATOR = 1 << 46


class Currencies(NamedTuple):
    """Known currencies and their rates.

    ``places`` gives the index of a three-letter code (A = 0, in base 26) or -1; ``known`` has a row
    (decimals, first rate, end of rates) for each index, ``rates`` rows (from ms, numerator,
    denominator), ascending; ``base`` is the index of the base currency.
    """

    places: I64
    known: I64
    rates: I64
    base: int


def currencies_of(currency: Currency) -> Currencies:
    """The tables of a preset's currencies, in order of their codes as in its layout."""
    codes = sorted(currency.digits)
    places = np.full(_LETTERS**3, -1, np.int64)
    known, rates = [], []
    for index, code in enumerate(codes):
        own = ((_ALWAYS, 1, 1),) if code == currency.base else currency.rates.get(code, ())
        places[_place(code)] = index
        known.append((currency.digits[code], len(rates), len(rates) + len(own)))
        rates += [_checked(rate, code) for rate in own]
    return Currencies(
        places=places,
        known=np.array(known, np.int64),
        rates=np.array(rates, np.int64),
        base=codes.index(currency.base),
    )


def _place(code: str) -> int:
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise ValueError(f"a currency code is three capital letters, not {code!r}")
    first, second, third = (ord(letter) - ord("A") for letter in code)
    return (first * _LETTERS + second) * _LETTERS + third


def _checked(rate: tuple[int, int, int], code: str) -> tuple[int, int, int]:
    _, numerator, denominator = rate
    if not (0 < numerator < 1 << 63 and 0 < denominator <= _LARGEST_DENOMINATOR):
        raise ValueError(f"the rate {numerator}/{denominator} of {code} has too many digits")
    return rate


@njit(**OPTIONS)
def find_currency(data: U8, start: int, end: int, places: I64) -> int:
    """Index of the currency with that code, -1 if there is none."""
    if end - start != 3:
        return -1
    place = 0
    for at in range(start, end):
        letter = np.int64(data[at]) - 65
        if letter < 0 or letter >= _LETTERS:
            return -1
        place = place * _LETTERS + letter
    return places[place]


@njit(**OPTIONS)
def read_money(data: U8, start: int, end: int, decimals: int, may_round: bool) -> tuple[int, int]:
    """(fault, minor units)."""
    fault, value, tail, negative = read_scaled(data, start, end, decimals)
    if negative and (fault == OUT_OF_RANGE or (fault == FINE and (value or tail != TAIL_NONE))):
        return NEGATIVE, 0
    if fault != FINE:
        return fault, 0
    if tail != TAIL_NONE:
        if not may_round:
            return TOO_PRECISE, 0
        value = rounded(value, tail)
    return (OUT_OF_RANGE if value > LARGEST else FINE), value


@njit(**OPTIONS)
def times_ratio(value: int, numerator: int, denominator: int) -> int:
    """``value * numerator / denominator`` rounded half to even, -1 if it is over ``LARGEST``.

    For 0 <= value <= ``LARGEST``. The whole part of the ratio is multiplied as it is; its fraction
    by long multiplication in limbs of 16 bits, of which no step leaves 63 bits.
    """
    whole, part = numerator // denominator, numerator % denominator
    if whole and value > LARGEST // whole:
        return -1
    quotient, rest = 0, 0
    for shift in (2 * _LIMB, _LIMB, 0):
        limb = (value >> shift) & 0xFFFF
        rest = (rest << _LIMB) + part * limb
        quotient = (quotient << _LIMB) + rest // denominator
        rest %= denominator
    total = value * whole + quotient
    if 2 * rest > denominator or (2 * rest == denominator and total & 1):
        total += 1
    return total if total <= LARGEST else -1


@njit(**OPTIONS)
def convert(value: int, time: int, known: I64, rates: I64) -> tuple[int, int]:
    """(fault, minor units of the base currency) by the last rate dated at or before ``time``.

    ``known`` is the row of the amount's currency.
    """
    found = -1
    for row in range(known[1], known[2]):
        if rates[row, 0] <= time:
            found = row
    if found < 0:
        return NO_RATE, 0
    if rates[found, 1] == 1 and rates[found, 2] == 1:
        return FINE, value
    base = times_ratio(value, rates[found, 1], rates[found, 2])
    return (OUT_OF_RANGE, 0) if base < 0 else (FINE, base)
