"""Where things stand: rows of the plan, words of a key, regions of the arena.

The history of one key is a ring in one region of the arena, ``cap`` (a power of two) slots:

    columns   C x cap words           time, id, prefix sums, symbols, place: one word a slot
    bits      B x max(1, cap/64)      one bit a slot: filters, known frauds, latest occurrences
    peaks     X x cap/64              extremum of each block of 64 slots
    counts    B x cap/4096            set bits of each block of 4096 slots
    peaks     X x cap/4096            extremum of each block of 4096 slots

so that a sum over any window is one subtraction, and a count or an extremum looks at no more than a
few dozen words however hot the key. Blocks are physical: a block counts as a whole only where the
window covers all of its slots. An event's absolute index counts the events of its key; it stands in
slot (absolute index mod cap).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Columns of the plan's ``entities``.
E_KEY, E_KEYS, E_COLUMNS, E_BITS, E_PEAKS, E_HORIZON = range(6)
E_MEASURE, E_MEASURES, E_FLAG, E_FLAGS, E_FRAUD, E_FRAUDS = range(6, 12)
E_SYMBOL, E_SYMBOLS, E_PLACE, E_BOUND, E_BOUNDS, E_FEATURE, E_FEATURES, E_PEAK = range(12, 20)
E_WIDTH = 20

# Columns of ``measures``, ``peaks``, ``flags``, ``symbols``, ``features``.
M_NUMBER, M_FLAG, M_SUM, M_SQUARE = range(4)
X_SUM, X_FLAG, X_SIGN = range(3)
F_FILTER, F_NUMBER, F_PLACE = range(3)
S_HASH, S_FLAG, S_COLUMN, S_BIT = range(4)
Q_FUNCTION, Q_ITEM, Q_HIGH, Q_LOW, Q_FLAG, Q_OUT, Q_SCALE = range(7)

# Functions, grouped so that neighbours share their code; FRAUD_COUNT is COUNT of a fraud bit.
F_COUNT, F_SUM, F_MEAN, F_RATIO, F_STD, F_ZSCORE, F_MIN, F_MAX = range(8)
F_DISTINCT, F_FIRST_SEEN, F_SINCE_LAST, F_SINCE_FIRST, F_FRAUD_RATE, F_KM, F_KMH = range(8, 15)

# Columns of a key's row in ``keys``, after its two halves of hash.
K_BASE, K_SHIFT, K_LENGTH, K_FIRST, K_CLOCK, K_ENTITY = range(2, 8)
K_WIDTH = 8
NO_REGION = -1
UNUSED = -1

TIME, ID = 0, 1
SMALLEST = 2
LARGEST = 40

# Columns of ``inputs`` and ``filters``; what an input computes.
I_FUNCTION, I_COLUMN, I_SCALE, I_OUT = range(4)
IN_NUMBER, IN_CODE, IN_HOUR, IN_WEEKDAY, IN_WEEKEND, IN_NIGHT, IN_AGE = range(7)
T_OPERATION, T_COLUMN, T_VALUE, T_OTHER = range(4)
T_NUMBER_PRESENT, T_CODE_PRESENT, T_HASH_PRESENT, T_NUMBER, T_CODE, T_HASH = range(6)
T_NOT, T_AND, T_OR, T_STORE = range(6, 10)
LESS, EQUAL, GREATER = 1, 2, 4

# Columns of ``marks``: labels and reversals that came before their transaction; value bits.
MARK_TIME, MARK_VALUE = 2, 3
KNOWN, FRAUD, REVERSED = 1, 2, 4

# What an event is (the codes of events.Kind), and the flags of an observation.
TRANSACTION, LABEL, REVERSAL, PROFILE = range(4)
LATE, TOO_LATE = 1, 2

# Places of ``meta``: the arena's top, the largest ring ever, where the last sweep stopped.
TOP, WIDEST, SWEPT_KEYS, SWEPT_MARKS = range(4)

# Places of ``scalars``.
LATENESS, LATITUDE, LONGITUDE = range(3)

_COMMON = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}

# Passing all arrays of a program and a memory costs more than most functions do, so what takes them
# is compiled into one loop; what runs seldom, or takes an array or two, stays a call, which keeps
# compilation short. Without reference counts (``_nrt``): nothing here allocates, and counting cost
# twenty times the work.
OPTIONS = {**_COMMON, "forceinline": True}
PLAIN = _COMMON


class Program(NamedTuple):
    """A plan as arrays of int64, one row a thing, columns as named above."""

    entities: NDArray[np.int64]
    key_columns: NDArray[np.int64]
    measures: NDArray[np.int64]
    peaks: NDArray[np.int64]
    flags: NDArray[np.int64]
    frauds: NDArray[np.int64]
    symbols: NDArray[np.int64]
    bounds: NDArray[np.int64]
    features: NDArray[np.int64]
    filters: NDArray[np.int64]
    inputs: NDArray[np.int64]
    profiles: NDArray[np.int64]
    zone: NDArray[np.int64]
    scalars: NDArray[np.int64]


class Memory(NamedTuple):
    """All state as arrays of int64: the arena with its rings, and four tables with 128-bit keys."""

    arena: NDArray[np.int64]
    free: NDArray[np.int64]
    meta: NDArray[np.int64]
    keys_index: NDArray[np.int64]
    keys: NDArray[np.int64]
    keys_counts: NDArray[np.int64]
    pairs_index: NDArray[np.int64]
    pairs: NDArray[np.int64]
    pairs_counts: NDArray[np.int64]
    marks_index: NDArray[np.int64]
    marks: NDArray[np.int64]
    marks_counts: NDArray[np.int64]
    profiles_index: NDArray[np.int64]
    profiles: NDArray[np.int64]
    profiles_counts: NDArray[np.int64]


class Events(NamedTuple):
    """An admitted batch, one row an event; hashes as int64, the kinds in log order."""

    kinds: NDArray[np.uint8]
    times: NDArray[np.int64]
    arrivals: NDArray[np.int64]
    ids: NDArray[np.int64]
    hashes: NDArray[np.int64]
    numbers: NDArray[np.int64]
    codes: NDArray[np.int16]
    frauds: NDArray[np.int8]


class Due(NamedTuple):
    """Fraud labels that become known within the batch: before which row each one acts."""

    before: NDArray[np.int64]
    times: NDArray[np.int64]
    ids: NDArray[np.int64]
    hashes: NDArray[np.int64]


@njit(**OPTIONS)
def ring_of(key):
    """(base, cap, absolute index of the oldest event) of a key's ring."""
    return key[K_BASE], np.int64(1) << key[K_SHIFT], key[K_FIRST]


@njit(**OPTIONS)
def region_words(program, entity, shift):
    """Size of a ring of 2**shift slots."""
    spec = program.entities[entity]
    cap = np.int64(1) << shift
    words = max(np.int64(1), cap >> 6)
    blocks = spec[E_BITS] * words + spec[E_PEAKS] * (cap >> 6)
    return spec[E_COLUMNS] * cap + blocks + (spec[E_BITS] + spec[E_PEAKS]) * (cap >> 12)


@njit(**OPTIONS)
def bits_offset(program, entity, cap, bit):
    """Where a bit column's words begin within a region."""
    return program.entities[entity, E_COLUMNS] * cap + bit * max(np.int64(1), cap >> 6)


@njit(**OPTIONS)
def peaks_offset(program, entity, cap, peak):
    """Where a peak's blocks of 64 begin."""
    bits = program.entities[entity, E_BITS]
    return bits_offset(program, entity, cap, bits) + peak * (cap >> 6)


@njit(**OPTIONS)
def counts_offset(program, entity, cap, bit):
    """Where a bit column's counts per 4096 slots begin."""
    peaks = program.entities[entity, E_PEAKS]
    return peaks_offset(program, entity, cap, peaks) + bit * (cap >> 12)


@njit(**OPTIONS)
def tops_offset(program, entity, cap, peak):
    """Where a peak's blocks of 4096 begin."""
    bits = program.entities[entity, E_BITS]
    return counts_offset(program, entity, cap, bits) + peak * (cap >> 12)
