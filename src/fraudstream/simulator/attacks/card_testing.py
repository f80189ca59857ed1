"""Card testing: a list of stolen cards, each tried for a trifle, to see which still work."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator import moves
from fraudstream.simulator.attacks.campaign import SECOND, Attack, Lair, Scene, make_rows
from fraudstream.simulator.rows import Rows

__all__ = ["CARD_TESTING"]


def _plan(scene: Scene) -> Rows:
    draw, world = scene.draw, scene.world
    who = scene.victims(int(draw.integers(22, 56)))
    pace, dearest = draw.uniform(4, 90) * SECOND, draw.uniform(1.5, 6.0)
    rows = make_rows(scene.start + np.cumsum(draw.exponential(pace, len(who))))
    site = draw.choice(scene.shops("charity", "digital_goods", "gaming"), int(draw.integers(1, 3)))
    moves.by_card(world, rows, who)
    moves.on_the_net(world, rows, draw.choice(site, len(rows)), world.customers.currency[who])
    Lair.somewhere(scene).go_online(rows, draw.integers(0, draw.integers(1, 4), len(rows)))
    moves.costing(rows, draw.uniform(0.5, dearest, len(rows)))
    return rows


CARD_TESTING = Attack(
    "card_testing",
    "many stolen cards, each tried once for a trifle, from one to three devices",
    share=0.20,
    size=38,
    days=0.2,
    delay=6,
    source="chargeback",
    plan=_plan,
)
