"""What one event says by itself: filters as a bit mask, and the features of the event."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.features.kernel.layout import (
    EQUAL,
    GREATER,
    I_COLUMN,
    I_FUNCTION,
    I_OUT,
    I_SCALE,
    IN_CODE,
    IN_HOUR,
    IN_NIGHT,
    IN_NUMBER,
    IN_WEEKDAY,
    IN_WEEKEND,
    LESS,
    OPTIONS,
    T_AND,
    T_CODE,
    T_CODE_PRESENT,
    T_COLUMN,
    T_HASH,
    T_HASH_PRESENT,
    T_NOT,
    T_NUMBER,
    T_NUMBER_PRESENT,
    T_OPERATION,
    T_OR,
    T_OTHER,
    T_STORE,
    T_VALUE,
)

__all__ = ["fill_inputs", "match_filters"]

_MISSING = np.iinfo(np.int64).min
_DAY = 86_400_000
_HOUR = 3_600_000


@njit(**OPTIONS)
def _holds(left, operators, right):
    if left < right:
        return (operators & LESS) != 0
    return (operators & (EQUAL if left == right else GREATER)) != 0


@njit(**OPTIONS)
def _leaf(spec, numbers, codes, hashes):
    operation, column = spec[T_OPERATION], spec[T_COLUMN]
    if operation == T_NUMBER_PRESENT:
        return numbers[column] != _MISSING
    if operation == T_CODE_PRESENT:
        return codes[column] >= 0
    if operation == T_HASH_PRESENT:
        return hashes[column, 0] != 0 or hashes[column, 1] != 0
    if operation == T_NUMBER:
        return numbers[column] != _MISSING and _holds(numbers[column], spec[T_OTHER], spec[T_VALUE])
    if operation == T_CODE:
        return codes[column] >= 0 and _holds(np.int64(codes[column]), spec[T_OTHER], spec[T_VALUE])
    return hashes[column, 0] == spec[T_VALUE] and hashes[column, 1] == spec[T_OTHER]


@njit(**OPTIONS)
def match_filters(program, numbers, codes, hashes):
    """Bit k is set where filter k holds; a stack machine over bits, postfix."""
    truth, stack = np.int64(0), np.int64(0)
    for i in range(len(program.filters)):
        spec = program.filters[i]
        operation = spec[T_OPERATION]
        if operation <= T_HASH:
            stack = (stack << 1) | (
                np.int64(1) if _leaf(spec, numbers, codes, hashes) else np.int64(0)
            )
        elif operation == T_NOT:
            stack ^= np.int64(1)
        elif operation == T_AND:
            stack = (stack >> 1) & (stack | ~np.int64(1))
        elif operation == T_OR:
            stack = (stack >> 1) | (stack & np.int64(1))
        elif operation == T_STORE:
            truth |= (stack & np.int64(1)) << spec[T_COLUMN]
            stack >>= 1
    return truth


@njit(**OPTIONS)
def _local(program, time):
    """Time in the calendar zone, as ms since local 1970."""
    zone = program.zone
    low, high = 0, len(zone)
    while high - low > 1:
        middle = (low + high) >> 1
        if zone[middle, 0] <= time:
            low = middle
        else:
            high = middle
    return time + zone[low, 1]


@njit(**OPTIONS)
def fill_inputs(program, time, numbers, codes, ages, out):
    """The event's own features; ``ages`` are the profile times found for it, or missing."""
    local = _local(program, time)
    within = local % _DAY
    weekday = (local // _DAY + 3) % 7
    for i in range(len(program.inputs)):
        spec = program.inputs[i]
        function, column = spec[I_FUNCTION], spec[I_COLUMN]
        if function == IN_NUMBER:
            number = numbers[column]
            value = np.nan if number == _MISSING else np.float64(number) / np.float64(spec[I_SCALE])
        elif function == IN_CODE:
            value = np.nan if codes[column] < 0 else np.float64(codes[column])
        elif function == IN_HOUR:
            value = np.float64(within) / 3_600_000.0
        elif function == IN_WEEKDAY:
            value = np.float64(weekday)
        elif function == IN_WEEKEND:
            value = 1.0 if weekday >= 5 else 0.0
        elif function == IN_NIGHT:
            value = 1.0 if within // _HOUR <= 6 else 0.0
        else:
            since = ages[column]
            value = np.nan if since == _MISSING else np.float64(time - since) / 86_400_000.0
        out[spec[I_OUT]] = value
