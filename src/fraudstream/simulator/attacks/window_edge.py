"""Window edge: the attacker knows the velocity limits and stays just below every one of them."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator import moves
from fraudstream.simulator.attacks.campaign import HOUR, Attack, Lair, Scene, make_rows
from fraudstream.simulator.rows import Rows

__all__ = ["WINDOW_EDGE"]


def _plan(scene: Scene) -> Rows:
    """At most ``per_hour`` in any hour, each just under ``limit``, evenly for hours."""
    draw, world = scene.draw, scene.world
    owner = scene.victims(1)
    per_hour, count = int(draw.integers(2, 6)), int(draw.integers(10, 23))
    gaps = HOUR / per_hour * draw.uniform(1.01, 1.08, count)
    limit = draw.choice([50, 100, 150, 250])
    rows = make_rows(scene.start + np.cumsum(gaps))
    who = np.repeat(owner, count)
    sites = scene.shops("electronics", "gift_cards", "digital_goods", "fashion", "gaming")
    moves.by_card(world, rows, who)
    moves.on_the_net(world, rows, draw.choice(sites, count), world.customers.currency[who])
    near = Lair(scene, int(world.customers.city[owner[0]]), hidden=False)
    (near if draw.random() < 0.6 else Lair.somewhere(scene)).go_online(rows, 0)
    moves.costing(rows, limit * draw.uniform(0.94, 0.998, count))
    return rows


WINDOW_EDGE = Attack(
    "window_edge",
    "purchases spaced and sized to stay just below velocity and amount limits, for hours",
    share=0.07,
    size=16,
    days=0.7,
    delay=10,
    source="chargeback",
    plan=_plan,
)
