"""Features of one event over one key: each a few reads between two places in the ring.

The one order of floating-point operations is here: integers are exact up to the last line of each
function, and the tests' oracle uses the same last line.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from fraudstream.features.kernel.bits import count_bits, first_bit, last_bit
from fraudstream.features.kernel.layout import (
    E_FEATURE,
    E_FEATURES,
    E_PEAK,
    E_PLACE,
    F_COUNT,
    F_DISTINCT,
    F_FIRST_SEEN,
    F_FRAUD_RATE,
    F_KM,
    F_MAX,
    F_MEAN,
    F_RATIO,
    F_SINCE_FIRST,
    F_SINCE_LAST,
    F_STD,
    F_SUM,
    F_ZSCORE,
    K_ENTITY,
    M_NUMBER,
    M_SQUARE,
    M_SUM,
    OPTIONS,
    PLAIN,
    Q_FLAG,
    Q_FUNCTION,
    Q_HIGH,
    Q_ITEM,
    Q_LOW,
    Q_OUT,
    Q_SCALE,
    S_HASH,
    X_SIGN,
    ring_of,
)
from fraudstream.features.kernel.peaks import NOTHING, range_peak
from fraudstream.features.kernel.symbols import count_distinct, find_pair, is_seen
from fraudstream.features.kernel.words import variance_numerator

__all__ = ["evaluate", "haversine_metres"]

_MISSING = np.iinfo(np.int64).min
_RADIUS = 6_371_008.8
_HALF_PLACE = 0xFFFFFFFF


@njit(**OPTIONS)
def evaluate(program, memory, key, places, event, numbers, hashes, out):
    """Fill the key's columns of ``out``; ``event`` is (time, place word), ``places`` the bounds."""
    entity = key[K_ENTITY]
    first = program.entities[entity, E_FEATURE]
    running = (np.int64(-1), np.int64(0), np.int64(0), np.int64(0))
    for q in range(first, first + program.entities[entity, E_FEATURES]):
        low, high = places[program.features[q, Q_LOW]], places[program.features[q, Q_HIGH]]
        function = program.features[q, Q_FUNCTION]
        if function == F_COUNT:
            value = np.float64(_count(program, memory, key, program.features[q, Q_FLAG], low, high))
        elif function <= F_ZSCORE:
            value = _moments(program, memory, key, q, low, high, numbers)
        elif function <= F_MAX:
            running = _run_on(program, memory, key, q, low, high, running)
            value = _extremum(program, key, q, running[3])
        elif function <= F_FIRST_SEEN:
            value = _values(program, memory, key, q, low, high, hashes)
        elif function <= F_SINCE_FIRST:
            value = _since(program, memory, key, q, low, high, event[0])
        elif function == F_FRAUD_RATE:
            value = _rate(program, memory, key, q, low, high)
        else:
            value = _travel(program, memory, key, q, low, high, event)
        out[program.features[q, Q_OUT]] = value


@njit(**OPTIONS)
def _count(program, memory, key, flag, low, high):
    if flag < 0:
        return max(np.int64(0), high - low)
    return count_bits(program, memory, key, flag, low, high)


@njit(**OPTIONS)
def _difference(memory, key, column, low, high):
    """Sum of a prefix column over the events [low, high)."""
    base, cap, oldest = ring_of(key)
    start = base + column * cap
    newer = memory.arena[start + ((oldest + high) & (cap - 1))]
    return newer - memory.arena[start + ((oldest + low) & (cap - 1))]


@njit(**OPTIONS)
def _moments(program, memory, key, q, low, high, numbers):
    function, scale = program.features[q, Q_FUNCTION], program.features[q, Q_SCALE]
    measure = program.features[q, Q_ITEM]
    total, count = np.int64(0), np.int64(0)
    if low < high:
        total = _difference(memory, key, program.measures[measure, M_SUM], low, high)
        if function != F_SUM:
            count = _count(program, memory, key, program.features[q, Q_FLAG], low, high)
    if function == F_SUM:
        return np.float64(total) / np.float64(scale)
    if count == 0:
        return np.nan
    if function == F_MEAN:
        return np.float64(total) / np.float64(count * scale)
    own = numbers[program.measures[measure, M_NUMBER]]
    if function == F_RATIO:
        if own == _MISSING or total == 0:
            return np.nan
        return np.float64(own * count) / np.float64(total)
    spread = _spread(memory, key, program.measures[measure, M_SQUARE], total, count, low, high)
    if function == F_STD:
        return math.sqrt(spread) / np.float64(count * scale)
    if own == _MISSING or spread == 0.0:
        return np.nan
    return np.float64(own * count - total) / math.sqrt(spread)


@njit(**OPTIONS)
def _spread(memory, key, column, total, count, low, high):
    """n * sum of squares - (sum)**2 over the events [low, high)."""
    base, cap, oldest = ring_of(key)
    highs, lows = base + column * cap, base + (column + 1) * cap
    newer, older = (oldest + high) & (cap - 1), (oldest + low) & (cap - 1)
    end, begin = np.uint64(memory.arena[lows + newer]), np.uint64(memory.arena[lows + older])
    borrow = np.int64(1) if end < begin else np.int64(0)
    square_high = memory.arena[highs + newer] - memory.arena[highs + older] - borrow
    return variance_numerator(count, total, square_high, np.int64(end - begin))


@njit(**OPTIONS)
def _run_on(program, memory, key, q, low, high, running):
    """(item, low, high, peak) of a window; a longer one looks only at what it has more.

    The plan puts the windows of one extremum in ascending order.
    """
    item, last_low, last_high, best = running
    if item == program.features[q, Q_ITEM] and last_high == high and low <= last_low:
        best = max(best, range_peak(program, memory, key, item, low, last_low))
    else:
        item = program.features[q, Q_ITEM]
        best = range_peak(program, memory, key, item, low, high)
    return item, low, high, best


@njit(**OPTIONS)
def _extremum(program, key, q, peak):
    if peak == NOTHING:
        return np.nan
    row = program.entities[key[K_ENTITY], E_PEAK] + program.features[q, Q_ITEM]
    return np.float64(program.peaks[row, X_SIGN] * peak) / np.float64(program.features[q, Q_SCALE])


@njit(**OPTIONS)
def _values(program, memory, key, q, low, high, hashes):
    symbol = program.features[q, Q_ITEM]
    if program.features[q, Q_FUNCTION] == F_DISTINCT:
        return np.float64(count_distinct(program, memory, key, symbol, low, high))
    column = program.symbols[symbol, S_HASH]
    if hashes[column, 0] == 0 and hashes[column, 1] == 0:
        return np.nan
    row = find_pair(memory, key, hashes[column, 0], hashes[column, 1], symbol)
    seen = row >= 0 and low < high and is_seen(program, memory, key, symbol, row, low, high)
    return 0.0 if seen else 1.0


@njit(**OPTIONS)
def _since(program, memory, key, q, low, high, time):
    if low >= high:
        return np.nan
    flag = program.features[q, Q_FLAG]
    if program.features[q, Q_FUNCTION] == F_SINCE_LAST:
        i = high - 1 if flag < 0 else last_bit(program, memory, key, flag, low, high)
    else:
        i = low if flag < 0 else first_bit(program, memory, key, flag, low, high)
    if i < 0:
        return np.nan
    base, cap, oldest = ring_of(key)
    return np.float64(time - memory.arena[base + ((oldest + i) & (cap - 1))]) / 1000.0


@njit(**OPTIONS)
def _rate(program, memory, key, q, low, high):
    count = _count(program, memory, key, program.features[q, Q_FLAG], low, high)
    if count == 0:
        return np.nan
    frauds = count_bits(program, memory, key, program.features[q, Q_ITEM], low, high)
    return np.float64(frauds) / np.float64(count)


@njit(**OPTIONS)
def _travel(program, memory, key, q, low, high, event):
    time, here = event
    if here < 0 or low >= high:
        return np.nan
    i = last_bit(program, memory, key, program.features[q, Q_FLAG], low, high)
    if i < 0:
        return np.nan
    base, cap, oldest = ring_of(key)
    slot = (oldest + i) & (cap - 1)
    there = memory.arena[base + program.entities[key[K_ENTITY], E_PLACE] * cap + slot]
    kilometres = np.float64(haversine_metres(here, there)) / 1000.0
    if program.features[q, Q_FUNCTION] == F_KM:
        return kilometres
    milliseconds = max(time - memory.arena[base + slot], np.int64(1000))
    return kilometres / (np.float64(milliseconds) / 3_600_000.0)


@njit(**PLAIN)
def haversine_metres(here, there):
    """Great-circle distance of two place words on a sphere, the Earth's mean radius, whole metres.

    A place word is (latitude + 90) in microdegrees in the upper half, (longitude + 180) in the
    lower one. Rounded because the C library's trigonometry differs in the last bit between
    processors; no distance on record differs after rounding.
    """
    to_radians = math.pi / 180.0 / 1e6
    latitude_1 = np.float64((here >> 32) - 90_000_000) * to_radians
    latitude_2 = np.float64((there >> 32) - 90_000_000) * to_radians
    turn = np.float64((here & _HALF_PLACE) - (there & _HALF_PLACE)) * to_radians
    sine_1, sine_2 = math.sin((latitude_1 - latitude_2) / 2.0), math.sin(turn / 2.0)
    chord = sine_1 * sine_1 + math.cos(latitude_1) * math.cos(latitude_2) * (sine_2 * sine_2)
    return np.int64(np.rint(2.0 * _RADIUS * math.asin(math.sqrt(min(1.0, chord)))))
