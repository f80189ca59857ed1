"""The loop: one batch in log order, each event over each of its keys."""

from __future__ import annotations

import numpy as np
from numba import njit

from fraudstream.features.kernel.bits import read_bit, write_bit
from fraudstream.features.kernel.evaluate import evaluate
from fraudstream.features.kernel.inputs import fill_inputs, match_filters
from fraudstream.features.kernel.layout import (
    E_BOUND,
    E_BOUNDS,
    E_FLAG,
    E_FLAGS,
    E_FRAUD,
    E_FRAUDS,
    E_HORIZON,
    E_KEY,
    E_KEYS,
    E_MEASURE,
    E_MEASURES,
    E_PLACE,
    E_SYMBOL,
    E_SYMBOLS,
    F_FILTER,
    F_NUMBER,
    F_PLACE,
    FRAUD,
    K_BASE,
    K_CLOCK,
    K_ENTITY,
    K_FIRST,
    K_LENGTH,
    K_SHIFT,
    KNOWN,
    LABEL,
    LATE,
    LATENESS,
    LATITUDE,
    LONGITUDE,
    M_FLAG,
    M_NUMBER,
    MARK_TIME,
    MARK_VALUE,
    NO_REGION,
    OPTIONS,
    PLAIN,
    PROFILE,
    REVERSAL,
    REVERSED,
    S_FLAG,
    S_HASH,
    TOO_LATE,
    TOP,
    TRANSACTION,
    WIDEST,
    Due,
    Events,
    Memory,
    Program,
    region_words,
    ring_of,
)
from fraudstream.features.kernel.peaks import note_peaks, renew_peaks
from fraudstream.features.kernel.ring import (
    add_value,
    evict,
    find_event,
    open_slot,
    remove_event,
    upper_bound,
)
from fraudstream.features.kernel.symbols import link
from fraudstream.features.kernel.words import join
from fraudstream.tables import kernel as table

__all__ = ["observe"]

_MISSING = np.iinfo(np.int64).min
_MARKS, _JOINT, _PROFILES = 1_000_003, 1_000_033, 1_000_037
_ENTITY_STEP = 0x5851F42D4C957F2D
_NOWHERE, _EARLY = -1, -2


@njit(**PLAIN)
def observe(plan, state, columns, labels, cursor, matrix, flags, places, ages):
    """Observe events from row ``cursor[0]`` on; stops early where the arena must grow first.

    ``plan``, ``state``, ``columns`` and ``labels`` are a program, a memory, events and due labels
    as plain tuples, which are handed to compiled code eight times as fast as named ones.

    ``cursor`` is (next row, next due label, next row of ``matrix`` and ``flags``, end row) and is
    moved on. Returns whether the end row is reached.
    """
    program, memory = Program(*plan), Memory(*state)
    events, due = Events(*columns), Due(*labels)
    while cursor[0] < cursor[3]:
        row = cursor[0]
        while cursor[1] < len(due.before) and due.before[cursor[1]] <= row:
            i = cursor[1]
            _label(program, memory, due.times[i], due.ids[i], due.hashes[i], np.int64(1))
            cursor[1] += 1
        kind, hashes = events.kinds[row], events.hashes[row]
        if kind == TRANSACTION:
            if not _has_room(program, memory):
                return False
            out = cursor[2]
            flags[out] = _transaction(program, memory, events, row, places, ages, matrix[out])
            cursor[2] += 1
        elif kind == LABEL:
            fraud = np.int64(events.frauds[row])
            _label(program, memory, events.times[row], events.ids[row], hashes, fraud)
        elif kind == REVERSAL:
            _reverse(program, memory, events.times[row], events.ids[row], hashes)
        elif kind == PROFILE:
            _profile(program, memory, hashes, events.numbers[row])
        cursor[0] += 1
    return True


@njit(**OPTIONS)
def _joined(program, hashes, first, count):
    """(low, high) of the hash of a key made of one or more fields; (0, 0) if one is absent."""
    column = program.key_columns[first]
    low, high = hashes[column, 0], hashes[column, 1]
    absent = low == 0 and high == 0
    for i in range(first + 1, first + count):
        column = program.key_columns[i]
        absent |= hashes[column, 0] == 0 and hashes[column, 1] == 0
        low = join(low, hashes[column, 0], _JOINT)
        high = join(high, hashes[column, 1], _JOINT)
    if absent:
        return np.int64(0), np.int64(0)
    return low, high


@njit(**OPTIONS)
def _key_hash(program, hashes, entity):
    """(low, high) of an event's key for an entity; (0, 0) where the event has none."""
    first, count = program.entities[entity, E_KEY], program.entities[entity, E_KEYS]
    low, high = _joined(program, hashes, first, count)
    if low == 0 and high == 0:
        return low, high
    return low + (entity + 1) * np.int64(_ENTITY_STEP), high


@njit(**OPTIONS)
def _has_room(program, memory):
    """Whether the arena can take any event: each ring may be the largest and have to grow."""
    needed = memory.meta[TOP]
    for entity in range(len(program.entities)):
        needed += region_words(program, entity, memory.meta[WIDEST] + 1)
    return needed <= len(memory.arena)


@njit(**OPTIONS)
def _transaction(program, memory, events, row, places, ages, out):
    numbers, codes, hashes = events.numbers[row], events.codes[row], events.hashes[row]
    truth = match_filters(program, numbers, codes, hashes)
    _find_ages(program, memory, hashes, ages)
    fill_inputs(program, events.times[row], numbers, codes, ages, out)
    here = _place_word(program, numbers)
    flags = np.int64(0)
    for entity in range(len(program.entities)):
        low, high = _key_hash(program, hashes, entity)
        if low == 0 and high == 0:
            continue
        key = memory.keys[_touch(memory, entity, low, high)]
        flags |= _visit(program, memory, key, events, row, places, truth, here, out)
    return np.uint8(flags)


@njit(**OPTIONS)
def _touch(memory, entity, low, high):
    """The key's row, made if it is new."""
    row = table.find(memory.keys_index, memory.keys, low, high)
    if row < 0:
        row = table.insert(memory.keys_index, memory.keys, memory.keys_counts, low, high)
        key = memory.keys[row]
        key[K_BASE], key[K_SHIFT], key[K_LENGTH], key[K_FIRST] = NO_REGION, 0, 0, 0
        key[K_CLOCK], key[K_ENTITY] = _MISSING, entity
    return row


@njit(**OPTIONS)
def _visit(program, memory, key, events, row, places, truth, here, out):
    """One event over one of its keys: advance its clock, forget, evaluate, enter."""
    entity, time = key[K_ENTITY], events.times[row]
    lateness = program.scalars[LATENESS]
    key[K_CLOCK] = max(key[K_CLOCK], events.arrivals[row])
    evict(program, memory, key, key[K_CLOCK] - lateness - program.entities[entity, E_HORIZON])
    length = key[K_LENGTH]
    high = length
    first = program.entities[entity, E_BOUND]
    for i in range(first, first + program.entities[entity, E_BOUNDS]):
        high = upper_bound(memory.arena, ring_of(key), high, time - program.bounds[i])
        places[i] = high
    numbers, hashes = events.numbers[row], events.hashes[row]
    evaluate(program, memory, key, places, (time, here), numbers, hashes, out)
    if time < key[K_CLOCK] - lateness:
        return TOO_LATE
    _enter(program, memory, key, events, row, places[first], truth, here)
    return LATE if places[first] < length else 0


@njit(**OPTIONS)
def _enter(program, memory, key, events, row, place, truth, here):
    """Put the event into the history, unless its reversal came first."""
    identity, mark = events.ids[row], np.int64(0)
    if memory.marks_counts[table.LIVE] > 0:
        mark = _take_mark(memory, key[0], key[1], identity, events.times[row])
        if mark & REVERSED:
            return
    numbers, hashes = events.numbers[row], events.hashes[row]
    spec = program.entities[key[K_ENTITY]]
    slot = open_slot(program, memory, key, place, events.times[row], identity)
    for bit in range(spec[E_FLAGS]):
        if _is_flagged(program, spec[E_FLAG] + bit, truth, numbers, here):
            write_bit(program, memory, key, np.int64(bit), slot, np.int64(1))
    if mark & FRAUD:
        _set_frauds(program, memory, key, slot, np.int64(1))
    for measure in range(spec[E_MEASURE], spec[E_MEASURE] + spec[E_MEASURES]):
        flag = program.measures[measure, M_FLAG]
        if flag < 0 or read_bit(program, memory, key, flag, slot):
            value = numbers[program.measures[measure, M_NUMBER]]
            add_value(program, memory, key, measure, place, value, np.int64(1))
    for symbol in range(spec[E_SYMBOL], spec[E_SYMBOL] + spec[E_SYMBOLS]):
        flag, column = program.symbols[symbol, S_FLAG], program.symbols[symbol, S_HASH]
        low, high = hashes[column, 0], hashes[column, 1]
        if (low != 0 or high != 0) and (flag < 0 or read_bit(program, memory, key, flag, slot)):
            link(program, memory, key, symbol, low, high, key[K_FIRST] + place)
    base, cap, _ = ring_of(key)
    if spec[E_PLACE] >= 0:
        memory.arena[base + spec[E_PLACE] * cap + slot] = here
    if place == key[K_LENGTH] - 1:
        note_peaks(program, memory, key)
    else:
        renew_peaks(program, memory, key, place)


@njit(**OPTIONS)
def _is_flagged(program, flag, truth, numbers, here):
    condition, number = program.flags[flag, F_FILTER], program.flags[flag, F_NUMBER]
    if condition >= 0 and (truth >> condition) & 1 == 0:
        return False
    if number >= 0 and numbers[number] == _MISSING:
        return False
    return program.flags[flag, F_PLACE] == 0 or here >= 0


@njit(**OPTIONS)
def _place_word(program, numbers):
    """Latitude and longitude in one word, -1 where the event has none."""
    latitude, longitude = program.scalars[LATITUDE], program.scalars[LONGITUDE]
    if latitude < 0 or numbers[latitude] == _MISSING or numbers[longitude] == _MISSING:
        return np.int64(-1)
    return ((numbers[latitude] + 90_000_000) << 32) | (numbers[longitude] + 180_000_000)


@njit(**OPTIONS)
def _set_frauds(program, memory, key, slot, fraud):
    """Make the fraud bits of one slot what the latest label says."""
    spec = program.entities[key[K_ENTITY]]
    for i in range(spec[E_FRAUDS]):
        flag = program.frauds[spec[E_FRAUD] + i]
        counts = flag < 0 or read_bit(program, memory, key, flag, slot) == 1
        value = fraud if counts else np.int64(0)
        write_bit(program, memory, key, spec[E_FLAGS] + i, slot, value)


@njit(**PLAIN)
def _label(program, memory, time, identity, hashes, fraud):
    for entity in range(len(program.entities)):
        if program.entities[entity, E_FRAUDS] == 0:
            continue
        place, row = _seek(program, memory, entity, hashes, time, identity)
        if place >= 0:
            key = memory.keys[row]
            _, cap, oldest = ring_of(key)
            _set_frauds(program, memory, key, (oldest + place) & (cap - 1), fraud)
        elif place == _EARLY:
            row = _open_mark(program, memory, hashes, entity, identity, time)
            reversed_too = memory.marks[row, MARK_VALUE] & REVERSED
            memory.marks[row, MARK_VALUE] = reversed_too | KNOWN | fraud * FRAUD


@njit(**PLAIN)
def _reverse(program, memory, time, identity, hashes):
    for entity in range(len(program.entities)):
        place, row = _seek(program, memory, entity, hashes, time, identity)
        if place >= 0:
            remove_event(program, memory, memory.keys[row], place)
        elif place == _EARLY:
            row = _open_mark(program, memory, hashes, entity, identity, time)
            memory.marks[row, MARK_VALUE] |= REVERSED


@njit(**PLAIN)
def _seek(program, memory, entity, hashes, time, identity):
    """(place, row of the key) of a transaction; ``_EARLY`` for a place if it may yet come."""
    low, high = _key_hash(program, hashes, entity)
    if low == 0 and high == 0:
        return np.int64(_NOWHERE), np.int64(-1)
    row = table.find(memory.keys_index, memory.keys, low, high)
    if row < 0:
        return np.int64(_EARLY), row
    place = find_event(memory, memory.keys[row], time, identity)
    if place < 0 and time >= memory.keys[row, K_CLOCK] - program.scalars[LATENESS]:
        return np.int64(_EARLY), row
    return place, row


@njit(**OPTIONS)
def _mark_hash(key_low, key_high, identity, time):
    low = join(join(key_low, identity, _MARKS), time, _MARKS)
    return low, join(join(key_high, identity, _MARKS), time, _MARKS)


@njit(**PLAIN)
def _open_mark(program, memory, hashes, entity, identity, time):
    """Row of the mark for a transaction that has not come yet, made if it is new."""
    key_low, key_high = _key_hash(program, hashes, entity)
    low, high = _mark_hash(key_low, key_high, identity, time)
    row = table.find(memory.marks_index, memory.marks, low, high)
    if row < 0:
        row = table.insert(memory.marks_index, memory.marks, memory.marks_counts, low, high)
        memory.marks[row, MARK_TIME] = time
        memory.marks[row, MARK_VALUE] = 0
    return row


@njit(**PLAIN)
def _take_mark(memory, key_low, key_high, identity, time):
    low, high = _mark_hash(key_low, key_high, identity, time)
    row = table.find(memory.marks_index, memory.marks, low, high)
    if row < 0:
        return np.int64(0)
    value = memory.marks[row, MARK_VALUE]
    memory.marks[row, MARK_VALUE] = -1
    table.remove(memory.marks_index, memory.marks, memory.marks_counts, row)
    return value


@njit(**OPTIONS)
def _profile_hash(program, hashes, item):
    spec = program.profiles[item]
    low, high = _joined(program, hashes, spec[0], spec[1])
    salt = _PROFILES + np.int64(item)
    return low != 0 or high != 0, join(low, high, salt), join(high, low, salt)


@njit(**PLAIN)
def _profile(program, memory, hashes, numbers):
    for item in range(len(program.profiles)):
        value = numbers[program.profiles[item, 2]]
        present, low, high = _profile_hash(program, hashes, item)
        if value == _MISSING or not present:
            continue
        row = table.find(memory.profiles_index, memory.profiles, low, high)
        if row < 0:
            row = table.insert(
                memory.profiles_index, memory.profiles, memory.profiles_counts, low, high
            )
        memory.profiles[row, 2] = value


@njit(**OPTIONS)
def _find_ages(program, memory, hashes, ages):
    for item in range(len(program.profiles)):
        _, low, high = _profile_hash(program, hashes, item)
        row = table.find(memory.profiles_index, memory.profiles, low, high)
        ages[item] = _MISSING if row < 0 else memory.profiles[row, 2]
