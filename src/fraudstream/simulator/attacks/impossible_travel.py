"""Impossible travel: a cloned card is used far away while its owner is shopping at home."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator import moves
from fraudstream.simulator.attacks.campaign import DAY, HOUR, MINUTE, Attack, Scene, make_rows
from fraudstream.simulator.hard_negatives import kilometres
from fraudstream.simulator.merchants import CITY_LAT, CITY_LON
from fraudstream.simulator.rows import Rows, blank_rows, joined
from fraudstream.simulator.vocabulary import CHANNELS, SITUATIONS

__all__ = ["IMPOSSIBLE_TRAVEL"]

_FAR = 1_200  # km


def _plan(scene: Scene) -> Rows:
    draw, world = scene.draw, scene.world
    seen = _last_use(scene)
    if not len(seen):
        return seen
    who = moves.customer_of(seen)
    distance = kilometres(seen["lat"], seen["lon"], CITY_LAT, CITY_LON)
    city = int(draw.choice(np.flatnonzero(distance > _FAR)))
    count, length = int(draw.integers(2, 7)), draw.uniform(0.3, 3.0) * HOUR
    begins = int(seen["event_time"][0]) + draw.uniform(5, 70) * MINUTE
    rows = make_rows(begins + np.sort(draw.random(count)) * length)
    cash = draw.random(count) < 0.4
    parts = []
    for part, at_machine in ((rows[cash], True), (rows[~cash], False)):
        moves.by_card(world, part, np.repeat(who, len(part)))
        if at_machine:
            moves.at_machine(world, part, city, draw)
            moves.costing(part, draw.choice([100, 200, 300, 400], len(part)))
        else:
            shops = scene.shops("electronics", "fashion", "jewellery", "fuel", city=city)
            moves.at_shop(world, part, draw.choice(shops, len(part)), draw)
            moves.costing(part, draw.uniform(40, 500) * draw.lognormal(0, 0.4, len(part)))
        parts.append(part)
    return joined(parts)


def _last_use(scene: Scene) -> Rows:
    """Return one genuine use of a first card in a shop within a day; no row if there is none."""
    world = scene.world
    for time in range(scene.start, scene.start + DAY + 1, world.block_ms):
        rows = scene.genuine(world.block_at(time))
        first = rows["bin"] == world.customers.bins[moves.customer_of(rows), 0]
        chosen = first & (rows["channel"] == CHANNELS.index("pos"))
        chosen &= rows["event_time"] >= scene.start
        chosen &= rows["situation"] != SITUATIONS.index("travel")
        if chosen.any():
            return rows[[scene.draw.choice(np.flatnonzero(chosen))]]
    return blank_rows(0)


IMPOSSIBLE_TRAVEL = Attack(
    "impossible_travel",
    "a cloned card is used in a far country within the hour after its owner used it at home",
    share=0.07,
    size=4,
    days=2.5,
    delay=7,
    source="chargeback",
    plan=_plan,
)
