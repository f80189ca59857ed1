"""The stream: honest customers, attackers, or both, in the order in which events arrive.

One block of time after the other is drawn; what is due later (refunds, reversals, labels, the
rest of a campaign) waits. Blocks are a matter of the settings alone, so chunks can be any size.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import count
from typing import Literal

import numpy as np

from fraudstream.errors import SettingsInvalid
from fraudstream.simulator.aftermath import genuine_labels, refunds, reversals
from fraudstream.simulator.attacks import ATTACKS
from fraudstream.simulator.campaigns import Attackers
from fraudstream.simulator.genuine import genuine_rows
from fraudstream.simulator.rows import Chunk, Rows, blank_rows, in_order, joined
from fraudstream.simulator.settings import Settings
from fraudstream.simulator.world import World, build_world

__all__ = ["Who", "stream"]

Who = Literal["both", "normal", "attack"]


def stream(
    settings: Settings, who: Who = "both", *, rows_per_chunk: int | None = None
) -> Iterator[Chunk]:
    """Yield the events of a simulated bank, in the order in which they arrive.

    ``normal`` and ``attack`` alone yield exactly the events that ``both`` merges. A chunk holds
    ``rows_per_chunk`` rows, the last one perhaps fewer; by default a chunk is what was drawn at
    once, a day's worth unless the bank is large. With ``settings.days`` of ``None`` it never ends.
    """
    if who == "attack" and not (settings.attacks and settings.fraud_share):
        raise SettingsInvalid("attackers alone were asked for, but there is nothing they may do")
    if rows_per_chunk is not None and rows_per_chunk < 1:
        raise SettingsInvalid(f"rows_per_chunk is {rows_per_chunk}; it must be 1 or more")
    blocks = _blocks(settings, who)
    pieces = blocks if rows_per_chunk is None else _rechunked(blocks, rows_per_chunk)
    return (Chunk(rows, tuple(ATTACKS)) for rows in pieces if len(rows))


def _blocks(settings: Settings, who: Who) -> Iterator[Rows]:
    world = build_world(settings)
    genuine = lru_cache(maxsize=4)(partial(genuine_rows, world))
    attackers = Attackers(world, settings, genuine)
    start, end = settings.start_ms, settings.end_ms
    pending = _Pending(start, end)
    if who != "normal":
        pending.add(attackers.rows_before(start))
    if who != "attack":
        pending.add(_profiles(world, settings))
    for block in count(world.block_at(start)):
        if end is not None and world.block_start(block) >= end:
            break
        if who != "attack":
            pending.add(_honest(world, block, genuine(block)))
        if who != "normal":
            pending.add(attackers.rows(block))
        until = world.block_start(block + 1)
        yield pending.due(until if end is None else min(until, end))
    if settings.settle:
        yield pending.due(None)


def _profiles(world: World, settings: Settings) -> Rows:
    signups = int(world.customers.signup.max()) + 1
    return world.profiles(settings.start_ms, settings.end_ms or signups)


def _honest(world: World, block: int, made: Rows) -> Rows:
    """Return a block's genuine transactions and what follows from them."""
    back = refunds(world, block, made)
    back["number"] = world.genuine_numbers(block, len(made) + len(back))[len(made) :]
    return joined([made, back, reversals(world, block, made), genuine_labels(world, block, made)])


class _Pending:
    """Events that exist but are not due; those of transactions outside [start, end) never are."""

    def __init__(self, start: int, end: int | None) -> None:
        self._start, self._end = start, end
        self._parts: list[Rows] = []

    def add(self, rows: Rows) -> None:
        inside = rows["event_time"] >= self._start
        if self._end is not None:
            inside &= rows["event_time"] < self._end
        self._parts.append(rows[inside])

    def due(self, until: int | None) -> Rows:
        """Take the events that arrive before ``until`` (``None``: all), in stream order."""
        rows = joined(self._parts)
        now = np.full(len(rows), True) if until is None else rows["at"] < until
        self._parts = [rows[~now]]
        return in_order(rows[now])


def _rechunked(blocks: Iterator[Rows], size: int) -> Iterator[Rows]:
    held = blank_rows(0)
    for block in blocks:
        held = joined([held, block])
        whole = len(held) // size * size
        for first in range(0, whole, size):
            yield held[first : first + size]
        held = held[whole:]
    yield held
