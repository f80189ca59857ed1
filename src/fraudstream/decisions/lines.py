"""The compiled writer of decision lines; :mod:`fraudstream.decisions.encode` says what they are."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.decisions.writing import (
    ROOM,
    put_bytes,
    put_fixed,
    put_string,
    put_time,
)
from fraudstream.events.places import MOST_PARTITIONS, PARTITION_BITS

__all__ = ["write_lines"]

# The values of a record in their order; each comes after the template's piece of that number.
_ID, _ACCOUNT, _TIME, _AMOUNT, _CURRENCY, _AMOUNT_BASE, _ACTION, _DECIDED_BY, _SCORE = range(9)
_APPROVE, _REVIEW, _DECLINE, _REASONS, _FLAGS, _COVERAGE, _SOURCE, _PARTITION = range(9, 17)
_OFFSET, _END = 17, 18
# Where the template's choices begin; the sources come after the currencies.
_ACTIONS, _DECIDERS, _FLAG_SETS, _CURRENCIES = 19, 22, 26, 35


@njit(cache=True, nogil=True)
def write_lines(template, texts, money, places, verdicts, notes):  # type: ignore[no-untyped-def]
    """One line for each row, as bytes.

    One function though it is long: handing these columns on to others for every value costs five
    times the writing itself.
    """
    text, bounds, decimals = template
    (id_data, id_starts, id_ends), (account_data, account_starts, account_ends) = texts
    times, amounts, currencies, numbers = money
    partitions, offsets = places
    scores, actions, costs, deciders = verdicts
    flags, coverage, reasons, reason_bounds = notes
    out = np.empty(_room(bounds, texts, reason_bounds), np.uint8)
    values, digits = np.zeros(_END, np.int64), np.full(_END, decimals[0])
    digits[_SCORE], digits[_PARTITION], digits[_OFFSET] = 6, 0, 0
    at = 0
    for i in range(len(times)):
        values[_AMOUNT], digits[_AMOUNT] = amounts[i], decimals[currencies[i] + 1]
        values[_CURRENCY] = _CURRENCIES + currencies[i]
        values[_AMOUNT_BASE] = numbers[i, 0]
        values[_ACTION] = _ACTIONS + actions[i]
        values[_DECIDED_BY] = _DECIDERS + deciders[i]
        values[_SCORE] = scores[i]
        values[_APPROVE] = costs[i, 0]
        values[_REVIEW] = costs[i, 1]
        values[_DECLINE] = costs[i, 2]
        values[_FLAGS] = _FLAG_SETS + (flags[i] & 7)
        values[_COVERAGE], digits[_COVERAGE] = _share(coverage[i])
        values[_SOURCE] = _CURRENCIES + len(decimals) - 1 + (partitions[i] >> PARTITION_BITS)
        values[_PARTITION] = partitions[i] & (MOST_PARTITIONS - 1)
        values[_OFFSET] = offsets[i]
        for k in range(_END):
            at = put_bytes(out, at, text, bounds[k], bounds[k + 1])
            if k in (_CURRENCY, _ACTION, _DECIDED_BY, _FLAGS, _SOURCE):
                at = put_bytes(out, at, text, bounds[values[k]], bounds[values[k] + 1])
            elif k == _ID:
                at = put_string(out, at, id_data, id_starts[i], id_ends[i])
            elif k == _ACCOUNT:
                at = put_string(out, at, account_data, account_starts[i], account_ends[i])
            elif k == _TIME:
                at = put_time(out, at, times[i])
            elif k == _REASONS:
                at = put_bytes(out, at, reasons, reason_bounds[i, 0], reason_bounds[i, 1])
            else:
                at = put_fixed(out, at, values[k], digits[k])
        at = put_bytes(out, at, text, bounds[_END], bounds[_END + 1])
    return out[:at]


@njit(cache=True, nogil=True)
def _room(bounds, texts, reason_bounds):  # type: ignore[no-untyped-def]
    """Bytes that the lines cannot exceed; an escaped byte takes six."""
    most = len(reason_bounds) * (bounds[-1] + _END * ROOM)
    for _, starts, ends in texts:
        for i in range(len(starts)):
            most += 6 * (ends[i] - starts[i])
    for i in range(len(reason_bounds)):
        most += reason_bounds[i, 1] - reason_bounds[i, 0]
    return most


@njit(cache=True, nogil=True)
def _share(share):  # type: ignore[no-untyped-def]
    """A share of 0 to 1 as an integer and its decimals: four, and 1 only where it is all."""
    return (10, 1) if share >= 1.0 else (min(int(share * 10_000.0 + 0.5), 9_999), 4)
