from __future__ import annotations

import numpy as np
import pytest

from fraudstream.simulator import SITUATIONS, Chunk, World
from fraudstream.simulator.devices import PHONE, customer_device
from fraudstream.simulator.hard_negatives import Cycle, kilometres
from fraudstream.simulator.moves import customer_of
from fraudstream.simulator.rows import Rows
from fraudstream.simulator.settings import DAY

HOUR = 3_600_000


def honest(payments: Chunk, situation: str) -> Rows:
    return payments.where(payments.situation_names == situation).rows


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_unusual_situation_occurs_and_is_genuine(payments: Chunk, situation: str) -> None:
    rows = honest(payments, situation)
    assert len(rows) > 10
    if situation != "ordinary":
        assert (rows["attack"] < 0).all()


def test_travellers_pay_in_another_place_in_its_currency(payments: Chunk, world: World) -> None:
    rows = honest(payments, "travel")
    who = customer_of(rows)
    far = kilometres(rows["lat"], rows["lon"], world.customers.lat[who], world.customers.lon[who])
    assert np.nanmedian(far) > 300
    assert len(np.unique(rows["country"])) > 8
    assert len(np.unique(rows["currency"])) > 4


def test_travellers_never_outrun_an_aeroplane(payments: Chunk) -> None:
    rows = payments.where(~payments.is_fraud & (payments.column("terminal") >= 0)).rows
    rows = rows[np.lexsort((rows["event_time"], rows["account"]))]
    before, after = rows[:-1], rows[1:]
    same = before["account"] == after["account"]
    km = kilometres(before["lat"], before["lon"], after["lat"], after["lon"])
    hours = (after["event_time"] - before["event_time"]) / HOUR
    refunded = (before["type"] == 3) | (after["type"] == 3)  # a refund needs nobody on the spot
    far = same & (km > 100) & ~refunded
    assert far.sum() > 50
    assert (km[far] / hours[far]).max() < 900


def test_a_spree_is_many_purchases_in_an_afternoon(payments: Chunk) -> None:
    rows = honest(payments, "spree")
    _, counts = np.unique(rows["account"], return_counts=True)
    assert counts.min() >= 5 or (counts < 5).mean() < 0.1  # cut at the ends of the stream
    for account in np.unique(rows["account"])[:20]:
        times = rows["event_time"][rows["account"] == account]
        assert times.max() - times.min() < 4 * HOUR


def test_a_new_phone_is_used_by_its_owner_and_replaces_the_old_one(world: World) -> None:
    who = np.arange(300)
    long = 1_001 * DAY
    now = np.full(300, world.anchor)
    assert (
        customer_device(world, who, PHONE, now) != customer_device(world, who, PHONE, now + long)
    ).all()
    soon = customer_device(world, who, PHONE, now + DAY) == customer_device(world, who, PHONE, now)
    assert soon.mean() > 0.98


def test_a_family_device_is_used_by_several_accounts(payments: Chunk) -> None:
    rows = honest(payments, "shared_device")
    pairs = np.unique(np.stack([rows["device"], rows["account"]]), axis=1)
    _, accounts = np.unique(pairs[0], return_counts=True)
    assert (accounts >= 2).mean() > 0.5
    assert accounts.max() <= 3


def test_a_sale_draws_a_crowd_to_one_merchant(payments: Chunk) -> None:
    rows = honest(payments, "sale")
    merchant = np.bincount(rows["merchant"]).argmax()
    crowd = rows[rows["merchant"] == merchant]
    days = np.unique(crowd["event_time"] // DAY)
    assert len(crowd) > 10
    assert len(days) <= 6


def test_people_spend_more_when_the_salary_comes(payments: Chunk, world: World) -> None:
    rows = payments.where(~payments.is_fraud).rows
    salary = world.customers.salary_day[customer_of(rows)]
    day = rows["event_time"].astype("M8[ms]").astype("M8[D]")
    number = (day - day.astype("M8[M]")).astype(int) + 1
    on_day = (salary == number).sum() / np.isin(world.customers.salary_day, np.unique(number)).sum()
    assert on_day > 1.2 * len(rows) / len(world.customers) / 20


def test_people_sleep_at_night(payments: Chunk, world: World) -> None:
    rows = payments.where(~payments.is_fraud & (payments.situation_names == "ordinary")).rows
    offset = world.customers.utc_offset[customer_of(rows)]
    hours = np.bincount((rows["event_time"] // HOUR + offset) % 24, minlength=24)
    assert hours[1:5].sum() < 0.15 * hours[11:15].sum()


def test_a_cycle_comes_round_and_forgets_nothing() -> None:
    cycle = Cycle(5, 9, 10, 20)
    who = np.arange(100)
    turn, begun = cycle.at(who, 10**12)
    again, same = cycle.at(who, begun)
    assert (turn == again).all()
    assert (begun == same).all()
    later, _ = cycle.at(who, begun + cycle.period(who))
    assert (later == turn + 1).all()
