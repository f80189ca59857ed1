"""A real shopping spree: an afternoon of many purchases, larger than usual, all of them honest."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator import moves
from fraudstream.simulator.customers import FIRST_ACCOUNT
from fraudstream.simulator.deeds import act_through_a_device, usual_price
from fraudstream.simulator.rows import Rows, blank_rows, joined
from fraudstream.simulator.seeding import Ints, generator
from fraudstream.simulator.vocabulary import SITUATIONS, category_code
from fraudstream.simulator.world import World

__all__ = ["spree_rows"]

_DAY, _HOUR = 86_400_000, 3_600_000
_TEMPTING = tuple(
    category_code(name) for name in ("fashion", "electronics", "jewellery", "gift_cards")
)


def spree_rows(world: World, block: int) -> Rows:
    """Return the sprees that begin in a block, whole; unnumbered."""
    draw = generator(world.seed, "spree", block)
    who, begins = _beginnings(world, block)
    city, _, moving = world.trips.whereabouts(who, world.customers.city[who], begins)
    parts = [
        _spree(world, _occasions(int(c), int(time), draw), int(where), draw)
        for c, time, where in zip(who[~moving], begins[~moving], city[~moving], strict=True)
    ]
    return joined(parts)


def _beginnings(world: World, block: int) -> tuple[Ints, Ints]:
    start, end = world.block_start(block), world.block_start(block + 1)
    everyone = np.arange(len(world.customers))
    turn, begun = world.sprees.at(everyone, end)
    wait = 0.9 * world.sprees.draw(everyone, turn, 2) * world.sprees.period(everyone)
    hour = 11 + 6 * world.sprees.draw(everyone, turn, 3) - world.customers.utc_offset
    begins = (begun + wait.astype(np.int64)) // _DAY * _DAY + (hour * _HOUR).astype(np.int64)
    chosen = (begins >= start) & (begins < end) & (world.customers.signup < begins)
    return everyone[chosen], begins[chosen]


def _occasions(who: int, begins: int, draw: np.random.Generator) -> Rows:
    rows = blank_rows(int(draw.integers(5, 13)))
    length = draw.uniform(1.5, 4.0) * _HOUR
    rows["account"] = FIRST_ACCOUNT + who
    rows["at"] = rows["event_time"] = begins + np.sort(draw.random(len(rows)) * length)
    rows["situation"] = SITUATIONS.index("spree")
    return rows


def _spree(world: World, rows: Rows, city: int, draw: np.random.Generator) -> Rows:
    who, online = moves.customer_of(rows), draw.random() < 0.4
    shops = world.merchants.of(_TEMPTING, online=online, city=None if online else city)
    merchant = draw.choice(shops if len(shops) else world.customers.shops[who[0]], len(rows))
    moves.by_card(world, rows, who)
    if online:
        moves.on_the_net(world, rows, merchant, world.customers.currency[who])
        act_through_a_device(world, rows, np.full(len(rows), city), draw)
        rows["situation"] = SITUATIONS.index("spree")
    else:
        moves.at_shop(world, rows, merchant, draw)
    moves.costing(rows, 1.3 * usual_price(world, rows, draw), draw.random(len(rows)))
    return rows
