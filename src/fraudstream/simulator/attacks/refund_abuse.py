"""Refund abuse: somebody buys to be refunded, again and again, sometimes more than was paid."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator import devices, moves
from fraudstream.simulator.aftermath import refund_of
from fraudstream.simulator.attacks.campaign import DAY, Attack, Scene, make_rows
from fraudstream.simulator.rows import Rows, joined

__all__ = ["REFUND_ABUSE"]


def _plan(scene: Scene) -> Rows:
    """The purchases are honest ones; the refunds, from a few merchants, are the fraud."""
    draw, world = scene.draw, scene.world
    owner = scene.victims(1)
    count, days = int(draw.integers(6, 13)), draw.uniform(3, 10)
    bought = make_rows(scene.start + np.sort(draw.random(count)) * days * DAY, fraud=False)
    who = np.repeat(owner, count)
    sites = draw.choice(scene.shops("fashion", "electronics"), int(draw.integers(1, 4)))
    moves.by_card(world, bought, who)
    moves.on_the_net(world, bought, draw.choice(sites, count), world.customers.currency[who])
    phone = devices.customer_device(world, who, devices.PHONE, bought["event_time"])
    moves.from_device(bought, phone, devices.home_address(world, who))
    devices.locate(bought, world.customers.city[who])
    moves.costing(bought, draw.uniform(60, 250) * draw.lognormal(0, 0.4, count))
    wait = draw.uniform(0.3, 4.0, count) * DAY
    share = np.where(draw.random(count) < 0.3, draw.uniform(1.05, 2.0, count), 1.0)
    returned = refund_of(bought, wait.astype(np.int64), share)
    returned["attack"] = 0
    return joined((bought, returned))


REFUND_ABUSE = Attack(
    "refund_abuse",
    "one customer's purchases nearly all come back as refunds, some for more than was paid",
    share=0.05,
    size=9,
    days=14.5,
    delay=14,
    source="bank_investigation",
    plan=_plan,
)
