"""Amounts: digits to minor units of their currency, and from there to the base currency."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.codec.decimals import LARGEST, TAIL_NONE, read_scaled, rounded
from fraudstream.codec.values import FINE, NEGATIVE, NO_RATE, OUT_OF_RANGE, TOO_PRECISE
from fraudstream.codec.words import OPTIONS, byte_at, word_at
from fraudstream.schema import Currency

__all__ = [
    "DECIMALS",
    "INDEX",
    "convert",
    "currency_rows",
    "find_currency",
    "read_money",
    "times_ratio",
]

INDEX, DECIMALS, _RATES, _RATES_END = range(4)
"""The words of a currency, from its place on."""
_WIDTH, _RATE = 4, 3

_LETTERS = 26
_ALWAYS = int(np.iinfo(np.int64).min)
_LIMB = 16
_LARGEST_DENOMINATOR = 1 << 46


def currency_rows(currency: Currency, base: int) -> tuple[list[int], int]:
    """(words, place of the base currency) of the known currencies, in the order of their codes.

    The words, the first of which will stand at ``base``: for each code of three letters (A = 0, in
    base 26) the place of its currency or -1; for each currency its index, decimals, first rate and
    end of rates; for each rate (from ms, numerator, denominator), ascending.
    """
    codes = sorted(currency.digits)
    places = [-1] * _LETTERS**3
    first = base + len(places)
    known: list[int] = []
    rates: list[int] = []
    for index, code in enumerate(codes):
        own = ((_ALWAYS, 1, 1),) if code == currency.base else currency.rates.get(code, ())
        places[_place(code)] = first + len(known)
        at = first + _WIDTH * len(codes) + len(rates)
        known += [index, currency.digits[code], at, at + _RATE * len(own)]
        rates += [word for rate in own for word in _checked(rate, code)]
    return places + known + rates, first + _WIDTH * codes.index(currency.base)


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
def find_currency(data: int, start: int, end: int, table: int, places: int) -> int:
    """Place of the currency with that code, -1 if there is none; ``places`` is where they start."""
    if end - start != 3:
        return -1
    place = 0
    for at in range(start, end):
        letter = byte_at(data, at) - 65
        if letter < 0 or letter >= _LETTERS:
            return -1
        place = place * _LETTERS + letter
    return word_at(table, places + place)


@njit(**OPTIONS)
def read_money(data: int, start: int, end: int, decimals: int, may_round: bool) -> tuple[int, int]:
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
    if numerator == denominator:
        return value
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
def convert(value: int, time: int, table: int, currency: int) -> tuple[int, int]:
    """(fault, minor units of the base currency) by the last rate dated at or before ``time``.

    ``currency`` is the place of the amount's own.
    """
    first, at = word_at(table, currency + _RATES), word_at(table, currency + _RATES_END) - _RATE
    while at >= first and word_at(table, at) > time:
        at -= _RATE
    if at < first:
        return NO_RATE, 0
    base = times_ratio(value, word_at(table, at + 1), word_at(table, at + 2))
    return (OUT_OF_RANGE, 0) if base < 0 else (FINE, base)
