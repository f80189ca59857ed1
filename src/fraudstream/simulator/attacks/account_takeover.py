"""Account takeover: a stranger logs in from a new device abroad and drains the account."""

from __future__ import annotations

import numpy as np

from fraudstream.simulator import moves
from fraudstream.simulator.attacks.campaign import MINUTE, Attack, Lair, Scene, make_rows
from fraudstream.simulator.customers import EXTERNAL
from fraudstream.simulator.rows import Rows
from fraudstream.simulator.vocabulary import METHODS

__all__ = ["ACCOUNT_TAKEOVER"]


def _plan(scene: Scene) -> Rows:
    draw, world = scene.draw, scene.world
    owner = scene.victims(1)
    count, pace = int(draw.integers(4, 10)), draw.uniform(1, 25) * MINUTE
    rows = make_rows(scene.start + np.cumsum(draw.exponential(pace, count)))
    who = np.repeat(owner, count)
    drops = EXTERNAL + draw.integers(0, 4 * len(world.customers), int(draw.integers(1, 4)))
    moves.by_account(rows, who, "BankTransfer")
    moves.to_counterparty(rows, draw.choice(drops, count), world.customers.currency[who])
    rows["method"][draw.random(count) < 0.15] = METHODS.index("Cryptocurrency")
    home = int(world.customers.city[owner[0]])
    Lair(scene, scene.elsewhere(home), bool(draw.random() < 0.4)).go_online(rows, 0)
    euros = draw.uniform(150, 900) * draw.lognormal(0, 0.5, count)
    euros[0] *= draw.choice([0.02, 1.0])  # some try a small sum first
    moves.costing(rows, euros)
    return rows


ACCOUNT_TAKEOVER = Attack(
    "account_takeover",
    "a new device in another country logs in and drains the account by transfers",
    share=0.11,
    size=6.5,
    days=0.3,
    delay=2,
    source="customer_report",
    plan=_plan,
)
