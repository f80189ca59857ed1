"""BIN enumeration: card numbers are guessed one after the other; we see the ones that exist."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator import moves
from fraudstream.simulator.attacks.campaign import SECOND, Attack, Lair, Scene, make_rows
from fraudstream.simulator.rows import Rows

__all__ = ["BIN_ENUMERATION"]


def _plan(scene: Scene) -> Rows:
    draw, world = scene.draw, scene.world
    bins = list(world.cards_by_bin.values())
    holders = np.array([len(people) for people in bins])
    target = bins[draw.choice(len(bins), p=holders / holders.sum())]
    who = scene.victims(int(draw.integers(18, 49)), among=target)
    pace = draw.uniform(1, 20) * SECOND
    rows = make_rows(scene.start + np.cumsum(draw.exponential(pace, len(who))))
    site = draw.choice(scene.shops("charity", "digital_goods", "gaming", "transport"))
    moves.by_card(world, rows, who)
    moves.on_the_net(world, rows, np.full(len(rows), site), world.customers.currency[who])
    fresh = np.arange(len(rows)) // int(draw.integers(1, 4))  # a device is thrown away after a few
    Lair.somewhere(scene).go_online(rows, fresh, servers=int(draw.integers(2, 17)))
    moves.costing(rows, np.full(len(rows), draw.uniform(0.5, 3.0)))
    return rows


BIN_ENUMERATION = Attack(
    "bin_enumeration",
    "guessed card numbers of one BIN at one merchant in minutes, always a fresh device",
    share=0.13,
    size=33,
    days=0.1,
    delay=5,
    source="chargeback",
    plan=_plan,
)
