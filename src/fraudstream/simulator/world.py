"""The world: a bank's customers and the merchants they meet. Attackers are no part of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from fraudstream.simulator.customers import FIRST_ACCOUNT, Customers, draw_customers
from fraudstream.simulator.habits import hour_shares
from fraudstream.simulator.hard_negatives import Cycle, Trips
from fraudstream.simulator.merchants import Merchants, draw_merchants
from fraudstream.simulator.rows import PROFILE, Rows, blank_rows
from fraudstream.simulator.seeding import Ints, mix, permuted

if TYPE_CHECKING:
    from fraudstream.simulator.settings import Settings

__all__ = ["World", "build_world"]

_DAY = 86_400_000
_WARM_UP = 64 * _DAY  # before the bank is founded, so that schedules never count below zero
_ROWS_PER_BLOCK = 200_000
_NUMBERS = 10**9  # transaction numbers scatter over nine digits, then over the next nine
_ATTACKERS_FROM = 9 * 10**8  # of every nine digits, the share that attackers number from


@dataclass(frozen=True)
class World:
    """Everything about a bank that does not change with what is asked of it.

    ``daily`` is transactions per customer and day, ``anchor`` the midnight (ms) at which block 0
    begins, ``block_hours`` the stretch of time that is drawn at once.
    """

    seed: int
    daily: float
    anchor: int
    block_hours: int
    customers: Customers
    merchants: Merchants

    @property
    def block_ms(self) -> int:
        """Length of a block."""
        return self.block_hours * 3_600_000

    def block_at(self, time: int) -> int:
        """Return the block that holds an instant."""
        return (time - self.anchor) // self.block_ms

    def block_start(self, block: int) -> int:
        """Return the first instant of a block."""
        return self.anchor + block * self.block_ms

    @cached_property
    def hour_shares(self) -> npt.NDArray[np.float64]:
        """Cumulative activity of each customer at UTC hours 0 to 24."""
        return hour_shares(self.customers.lifestyle, self.customers.utc_offset)

    @cached_property
    def trips(self) -> Trips:
        """Where customers are."""
        return Trips(self.seed)

    @cached_property
    def phones(self) -> Cycle:
        """When customers replace their phone: every 500 to 1,000 days."""
        return Cycle(self.seed, 2, 500, 1000)

    @cached_property
    def sprees(self) -> Cycle:
        """When customers go on a shopping spree: every 60 to 240 days."""
        return Cycle(self.seed, 3, 60, 240)

    @cached_property
    def sales(self) -> Cycle:
        """When merchants hold a sale: every 50 to 110 days."""
        return Cycle(self.seed, 4, 50, 110)

    @cached_property
    def cards_by_bin(self) -> dict[int, Ints]:
        """The customers whose first card has each BIN."""
        first = self.customers.bins[:, 0]
        return {int(b): np.flatnonzero(first == b) for b in np.unique(first)}

    @cached_property
    def regulars(self) -> Ints:
        """How many customers count each merchant among their favourite shops, about."""
        return np.bincount(self.customers.shops.ravel(), minlength=len(self.merchants))

    def genuine_numbers(self, block: int, count: int) -> Ints:
        """Return the numbers of the genuine transactions made by a block."""
        capacity = 12 * int(len(self.customers) * self.daily * self.block_hours / 24) + 256
        return self._scattered(0, _ATTACKERS_FROM, block * capacity + np.arange(count))

    def attack_numbers(self, attackers: int, counted: Ints) -> Ints:
        """Return numbers that no genuine transaction has; each seed's attackers begin elsewhere."""
        size = _NUMBERS - _ATTACKERS_FROM
        begin = int(mix(self.seed, 50, attackers)) % size
        turned = counted // size * size + (counted + begin) % size
        return self._scattered(_ATTACKERS_FROM, size, turned)

    def _scattered(self, first: int, size: int, counted: Ints) -> Ints:
        turn = counted // size
        return permuted(self.seed, turn * _NUMBERS + first + counted % size, _NUMBERS)

    def profiles(self, start: int, end: int) -> Rows:
        """Return profiles of customers who sign up before ``end``, due at ``start`` or later."""
        signup = self.customers.signup
        who = np.flatnonzero(signup < end)
        rows = blank_rows(len(who))
        rows["kind"] = PROFILE
        rows["account"] = FIRST_ACCOUNT + who
        rows["signup"] = signup[who]
        rows["at"] = rows["event_time"] = np.maximum(signup[who], start)
        return rows


def build_world(settings: Settings) -> World:
    """Draw the bank that the settings describe; attackers do not influence it."""
    merchants = draw_merchants(settings.seed, settings.shops)
    founded = settings.founded_ms
    return World(
        seed=settings.seed,
        daily=settings.daily,
        anchor=(founded - _WARM_UP) // _DAY * _DAY,
        block_hours=_block_hours(settings.per_day),
        customers=draw_customers(settings.seed, settings.customers, merchants, founded),
        merchants=merchants,
    )


def _block_hours(per_day: float) -> int:
    fitting = [hours for hours in (24, 12, 6, 3) if per_day * hours / 24 <= _ROWS_PER_BLOCK]
    return fitting[0] if fitting else 1
