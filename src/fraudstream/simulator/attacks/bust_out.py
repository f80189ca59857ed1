"""Bust-out: a young account behaves well for a while, then takes everything and never pays."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator import devices, moves
from fraudstream.simulator.attacks.campaign import DAY, HOUR, Attack, Scene, make_rows
from fraudstream.simulator.rows import Rows, joined

__all__ = ["BUST_OUT"]


def _plan(scene: Scene) -> Rows:
    draw, world = scene.draw, scene.world
    owner = scene.newcomers(1, days=21)
    home = int(world.customers.city[owner[0]])
    count, days = int(draw.integers(9, 20)), int(draw.integers(1, 4))
    day = draw.integers(0, days, count) * DAY
    times = scene.daytime(home) + day + draw.random(count) * draw.uniform(1, 6) * HOUR
    rows = make_rows(np.sort(times))
    way = draw.choice(3, count, p=(0.2, 0.45, 0.35))
    cash, shop, online = (rows[way == chosen] for chosen in range(3))
    for part in (cash, shop, online):
        moves.by_card(world, part, np.repeat(owner, len(part)))
    moves.at_machine(world, cash, home, draw)
    shops = scene.shops("electronics", "jewellery", "gift_cards", city=home)
    moves.at_shop(world, shop, draw.choice(shops, len(shop)), draw)
    sites = scene.shops("electronics", "crypto_exchange", "gift_cards", "travel")
    moves.on_the_net(
        world, online, draw.choice(sites, len(online)), world.customers.currency[owner]
    )
    phone = devices.customer_device(world, owner, devices.PHONE, online["event_time"])
    moves.from_device(online, phone, devices.home_address(world, owner))
    devices.locate(online, np.full(len(online), home))
    limit = draw.uniform(2.0, 6.0)  # how far beyond the usual the bank's limit lets it go
    for part, euros in ((cash, 100), (shop, 130), (online, 130)):
        moves.costing(part, euros * limit * draw.lognormal(0, 0.35, len(part)))
    cash["amount"] = np.maximum(1, cash["amount"] // 1_000) * 1_000
    return joined((cash, shop, online))


BUST_OUT = Attack(
    "bust_out",
    "a young, well-behaved account suddenly spends to its limit in a few days and never pays",
    share=0.08,
    size=14,
    days=4.5,
    delay=18,
    source="bank_investigation",
    plan=_plan,
)
