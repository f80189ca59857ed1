"""What honest customers do in one block of time: when, what, where, and for how much."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fraudstream.simulator.customers import FIRST_ACCOUNT
from fraudstream.simulator.deeds import pay_a_transfer, pay_in_a_shop, pay_on_the_net, take_cash
from fraudstream.simulator.habits import day_factors, days_since_salary
from fraudstream.simulator.rows import Rows, blank_rows, joined
from fraudstream.simulator.seeding import Ints, generator
from fraudstream.simulator.sprees import spree_rows
from fraudstream.simulator.vocabulary import SITUATIONS
from fraudstream.simulator.world import World

__all__ = ["genuine_rows"]

Floats = npt.NDArray[np.float64]
_HOUR = 3_600_000


def genuine_rows(world: World, block: int) -> Rows:
    """Return the genuine transactions a block gives rise to, in no particular order.

    All lie in the block, but for the end of a shopping spree. Who has not signed up yet, and who
    sits in an aeroplane, does nothing.
    """
    draw = generator(world.seed, "genuine", block)
    start = world.block_start(block)
    who, time = _occasions(world, block, draw)
    city, away, moving = world.trips.whereabouts(who, world.customers.city[who], time)
    here = ~moving & (time >= world.customers.signup[who])
    who, time, city, away = who[here], time[here], city[here], away[here]

    rows = blank_rows(len(who))
    rows["account"] = FIRST_ACCOUNT + who
    rows["at"] = rows["event_time"] = time
    rows["situation"] = np.where(away, SITUATIONS.index("travel"), _payday(world, who, start))
    deed = (draw.random(len(who))[:, None] >= world.customers.mix[who]).sum(axis=1)
    parts = [spree_rows(world, block)]
    for chosen, act in enumerate((pay_in_a_shop, pay_on_the_net, take_cash, pay_a_transfer)):
        picked = deed == chosen
        part = rows[picked]
        act(world, part, city[picked], draw)
        parts.append(part)
    made = joined(parts)
    made["number"] = world.genuine_numbers(block, len(made))
    return made


def _occasions(world: World, block: int, draw: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw who acts, once per transaction, and when."""
    people, start = world.customers, world.block_start(block)
    first = (start // _HOUR) % 24
    shares = world.hour_shares[:, first : first + world.block_hours + 1]
    usual = world.daily * people.daily * day_factors(people.lifestyle, people.salary_day, start)
    counts = draw.poisson(usual * (shares[:, -1] - shares[:, 0]))
    who = np.repeat(np.arange(len(people)), counts)
    low, high = shares[who, 0], shares[who, -1]
    spent = low + draw.random(len(who)) * (high - low)
    hour = (shares[who, 1:] <= spent[:, None]).sum(axis=1)
    within = np.minimum(hour, world.block_hours - 1) * _HOUR
    return who, start + within + draw.integers(0, _HOUR, len(who))


def _payday(world: World, who: Ints, start: int) -> Ints:
    day = np.datetime64(start, "ms").astype("datetime64[s]").item()
    today = days_since_salary(world.customers.salary_day[who], day) == 0
    return np.where(today, SITUATIONS.index("salary"), SITUATIONS.index("ordinary"))
