"""Skimmed terminal: its customers' cards were copied for weeks; now all are abused at once."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator import moves
from fraudstream.simulator.attacks.campaign import DAY, Attack, Lair, Scene, make_rows
from fraudstream.simulator.rows import Rows, joined
from fraudstream.simulator.seeding import Ints

__all__ = ["SKIMMED_TERMINAL"]


def _plan(scene: Scene) -> Rows:
    draw, world = scene.draw, scene.world
    cards = scene.victims(int(draw.integers(8, 23)), among=_regulars(scene))
    who = np.repeat(cards, draw.integers(1, 4, len(cards)))
    days = draw.uniform(1, 5)
    rows = make_rows(scene.start + np.sort(draw.random(len(who))) * days * DAY)
    who = draw.permutation(who)
    lair = Lair.somewhere(scene)
    way = draw.choice(3, len(rows), p=draw.dirichlet((2, 2, 2)))
    parts = [rows[way == chosen] for chosen in range(3)]
    for chosen, part in enumerate(parts):
        moves.by_card(world, part, who[way == chosen])
    cash, shop, online = parts
    moves.at_machine(world, cash, lair.city, draw)
    moves.costing(cash, draw.choice([100, 150, 200, 300, 400], len(cash)))
    shops = scene.shops("electronics", "fashion", "grocery", city=lair.city)
    moves.at_shop(world, shop, draw.choice(shops, len(shop)), draw)
    sites = scene.shops("electronics", "gift_cards", "fashion")
    currency = world.customers.currency[moves.customer_of(online)]
    moves.on_the_net(world, online, draw.choice(sites, len(online)), currency)
    lair.go_online(online, draw.integers(0, 4, len(online)))
    for part in (shop, online):
        moves.costing(part, draw.uniform(40, 200) * draw.lognormal(0, 0.5, len(part)))
    return joined(parts)


def _regulars(scene: Scene) -> Ints:
    """Return the regular customers of a shop whose only terminal was tampered with."""
    world = scene.world
    likely = np.flatnonzero((world.merchants.terminals == 1) & (world.regulars >= 8))
    shop = scene.draw.choice(likely) if len(likely) else np.argmax(world.regulars)
    return np.flatnonzero((world.customers.shops == shop).any(axis=1))


SKIMMED_TERMINAL = Attack(
    "skimmed_terminal",
    "cards copied at one shop's terminal, all abused elsewhere within a few days, weeks later",
    share=0.11,
    size=28,
    days=5.5,
    delay=9,
    source="chargeback",
    plan=_plan,
)
