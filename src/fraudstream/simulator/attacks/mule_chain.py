"""Mule chain: stolen money hops from account to account in minutes and leaves as cash or coins."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from fraudstream.simulator import devices, moves
from fraudstream.simulator.attacks.campaign import MINUTE, Attack, Lair, Scene, make_rows
from fraudstream.simulator.customers import EXTERNAL, FIRST_ACCOUNT
from fraudstream.simulator.rows import Rows, joined
from fraudstream.simulator.seeding import Ints
from fraudstream.simulator.vocabulary import METHODS

__all__ = ["MULE_CHAIN"]


def _plan(scene: Scene) -> Rows:
    """One victim, two to four mules; each passes on most of what came in, in one or two parts."""
    draw = scene.draw
    mules = scene.newcomers(int(draw.integers(2, 5)), days=1)
    strangers = scene.victims(8)
    owners = np.concatenate([strangers[~np.isin(strangers, mules)][:1], mules])
    run_by_one = draw.random() < 0.5  # else the mules use their own phones
    lair = Lair.somewhere(scene) if run_by_one else None
    sum_left, time = draw.uniform(900, 7_000), float(scene.start)
    parts = []
    for payer, payee in pairwise(owners.tolist()):
        split = int(draw.integers(1, 3))
        hop = _hop(scene, lair, (payer, FIRST_ACCOUNT + payee), time, split)
        moves.costing(hop, sum_left * draw.dirichlet(np.full(split, 8.0)))
        parts.append(hop)
        sum_left *= draw.uniform(0.85, 0.98)
        time = float(hop["at"][-1]) + draw.uniform(2, 60) * MINUTE
    parts.append(_way_out(scene, lair, int(mules[-1]), time, sum_left))
    return joined(parts)


def _hop(scene: Scene, lair: Lair | None, link: tuple[int, int], time: float, split: int) -> Rows:
    payer, counterparty = link
    waits = scene.draw.uniform(0.5, 8, split) * MINUTE
    rows = make_rows(time + np.cumsum(waits))
    moves.by_account(rows, payer, "BankTransfer")
    moves.to_counterparty(rows, counterparty, scene.world.customers.currency[payer])
    if lair is not None:
        lair.go_online(rows, 0)
    else:
        _with_own_phone(scene, rows, np.full(split, payer))
    return rows


def _way_out(scene: Scene, lair: Lair | None, mule: int, time: float, euros: float) -> Rows:
    draw, world = scene.draw, scene.world
    if draw.random() < 0.5:
        rows = make_rows(time + np.sort(draw.uniform(5, 90, 3)) * MINUTE)
        moves.by_card(world, rows, np.full(3, mule))
        moves.at_machine(world, rows, world.customers.city[mule], draw)
        moves.costing(rows, np.full(3, min(euros / 3, 500.0)))
        rows["amount"] = np.maximum(1, rows["amount"] // 1_000) * 1_000
        return rows
    exchange = EXTERNAL + int(draw.integers(0, 4 * len(world.customers)))
    rows = _hop(scene, lair, (mule, exchange), time, 1)
    rows["method"] = METHODS.index("Cryptocurrency")
    moves.costing(rows, euros)
    return rows


def _with_own_phone(scene: Scene, rows: Rows, who: Ints) -> None:
    world = scene.world
    phone = devices.customer_device(world, who, devices.PHONE, rows["event_time"])
    moves.from_device(rows, phone, devices.home_address(world, who))
    rows["lat"], rows["lon"] = world.customers.lat[who], world.customers.lon[who]
    rows["country"] = world.customers.country[who]


MULE_CHAIN = Attack(
    "mule_chain",
    "stolen money hops through two to four accounts within the hour, then leaves as cash or coins",
    share=0.07,
    size=6.5,
    days=0.6,
    delay=3,
    source="bank_investigation",
    plan=_plan,
)
