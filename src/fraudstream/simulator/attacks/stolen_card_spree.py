"""Stolen card spree: as much as possible with one card, before its owner notices."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator import moves
from fraudstream.simulator.attacks.campaign import HOUR, Attack, Lair, Scene, make_rows
from fraudstream.simulator.rows import Rows

__all__ = ["STOLEN_CARD_SPREE"]

_RESOLD = ("electronics", "jewellery", "gift_cards", "fashion")


def _plan(scene: Scene) -> Rows:
    draw, world = scene.draw, scene.world
    owner = scene.victims(1)
    count, length = int(draw.integers(6, 15)), draw.uniform(0.7, 6.0) * HOUR
    home = int(world.customers.city[owner[0]])
    in_person = draw.random() < 0.5  # a stolen purse, else stolen numbers
    begins = scene.daytime(home) if in_person else scene.start
    rows = make_rows(begins + np.sort(draw.random(count)) * length)
    who = np.repeat(owner, count)
    moves.by_card(world, rows, who)
    if in_person:
        moves.at_shop(world, rows, draw.choice(scene.shops(*_RESOLD, city=home), count), draw)
    else:
        sites = draw.choice(scene.shops(*_RESOLD, "digital_goods"), count)
        moves.on_the_net(world, rows, sites, world.customers.currency[who])
        near = draw.random() < 0.5  # some rent an address in their victim's country
        lair = Lair(scene, home, hidden=False) if near else Lair.somewhere(scene)
        lair.go_online(rows, 0)
    growth = np.linspace(1.0, draw.uniform(1.5, 4.0), count)
    moves.costing(rows, draw.uniform(40, 160) * growth * draw.lognormal(0, 0.4, count))
    return rows


STOLEN_CARD_SPREE = Attack(
    "stolen_card_spree",
    "one stolen card, a dozen purchases of things easily resold within hours, ever larger",
    share=0.17,
    size=10,
    days=1.3,
    delay=8,
    source="chargeback",
    plan=_plan,
)
