"""Each attack shows its signature in fields that the payments preset has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.simulator.bank import BUSY, campaigns, whole

from fraudstream.simulator import ATTACKS, Chunk, World
from fraudstream.simulator.devices import FAMILY, PHONE, customer_device
from fraudstream.simulator.hard_negatives import kilometres
from fraudstream.simulator.moves import customer_of
from fraudstream.simulator.rows import Rows
from fraudstream.simulator.settings import DAY
from fraudstream.simulator.vocabulary import CHANNELS, CURRENCIES, METHODS, TYPES

HOUR, MINUTE = 3_600_000, 60_000
_UNITS = np.array([c.per_eur * 10.0**c.decimals for c in CURRENCIES.values()])


def euros(rows: Rows) -> np.ndarray:
    return np.asarray(rows["amount"] / _UNITS[rows["currency"]])


def lasts(rows: Rows) -> int:
    return int(rows["event_time"].max() - rows["event_time"].min())


def distinct(rows: Rows, field: str) -> int:
    return len(np.unique(rows[field]))


def most_in_an_hour(rows: Rows) -> int:
    times = np.sort(rows["event_time"])
    return int((np.arange(len(times)) + 1 - np.searchsorted(times, times - HOUR, "right")).max())


def test_the_ten_attacks_are_there_each_with_words_and_shares() -> None:
    assert list(ATTACKS) == [
        "card_testing",
        "bin_enumeration",
        "stolen_card_spree",
        "account_takeover",
        "impossible_travel",
        "skimmed_terminal",
        "bust_out",
        "mule_chain",
        "window_edge",
        "refund_abuse",
    ]
    assert all(len(attack.summary) > 30 for attack in ATTACKS.values())
    assert sum(attack.share for attack in ATTACKS.values()) > 0.99


@pytest.mark.parametrize("name", ATTACKS)
def test_a_campaign_is_as_large_and_as_long_as_declared(name: str) -> None:
    found = campaigns(name)
    sizes = [len(rows) for rows in found]
    assert len(found) >= 8
    assert np.mean(sizes) == pytest.approx(ATTACKS[name].size, rel=0.3)
    assert max(map(lasts, found)) <= ATTACKS[name].days * DAY


@pytest.mark.parametrize("name", ATTACKS)
def test_attackers_differ_in_pace_and_amounts(name: str) -> None:
    found = campaigns(name)
    medians = [np.median(euros(rows)) for rows in found]
    paces = [lasts(rows) / len(rows) for rows in found]
    assert np.std(medians) > 0.1 * np.mean(medians)
    assert np.std(paces) > 0.1 * np.mean(paces)


def test_card_testing_tries_many_cards_for_trifles_from_few_devices() -> None:
    for rows in campaigns("card_testing"):
        assert distinct(rows, "card") == len(rows) >= 20
        assert distinct(rows, "device") <= 3
        assert distinct(rows, "merchant") <= 2
        assert euros(rows).max() < 7


def test_bin_enumeration_runs_through_one_bin_at_one_merchant_with_fresh_devices() -> None:
    for rows in campaigns("bin_enumeration"):
        assert distinct(rows, "bin") == distinct(rows, "merchant") == 1
        assert distinct(rows, "card") == len(rows)
        assert distinct(rows, "device") >= len(rows) / 3
        assert lasts(rows) < HOUR


def test_a_spree_empties_one_card_in_hours_with_growing_amounts(payments: Chunk) -> None:
    usual = np.median(euros(payments.where(~payments.is_fraud).rows))
    sizes, growth = [], []
    for rows in campaigns("stolen_card_spree"):
        assert distinct(rows, "card") == 1
        assert 6 <= len(rows) <= 14
        assert lasts(rows) <= 6 * HOUR
        sizes.append(np.median(euros(rows)))
        half = len(rows) // 2
        growth.append(euros(rows)[half:].mean() / euros(rows)[:half].mean())
    assert np.median(sizes) > 2 * usual
    assert np.median(growth) > 1.2


def test_account_takeover_drains_by_transfers_from_a_new_device_abroad(world: World) -> None:
    known = []
    for rows in campaigns("account_takeover"):
        who = customer_of(rows)
        assert set(rows["channel"]) == {CHANNELS.index("transfer")}
        assert distinct(rows, "account") == distinct(rows, "device") == 1
        assert (rows["country"] != world.customers.country[who]).all()
        own = [customer_device(world, who, slot, rows["event_time"]) for slot in (PHONE, 1, FAMILY)]
        assert not np.isin(rows["device"], own).any()
        known.append(np.isin(rows["counterparty"], world.customers.payees[who]).any())
    assert np.mean(known) < 0.1


def test_impossible_travel_follows_a_purchase_faster_than_any_aeroplane() -> None:
    everything = whole(BUSY).transactions()
    names = everything.attack_names
    speeds = []
    for campaign in np.unique(everything.rows["campaign"][names == "impossible_travel"]):
        rows = everything.rows[everything.rows["campaign"] == campaign]
        mine = everything.rows[
            (everything.rows["card"] == rows["card"][0]) & ~np.isnan(everything.rows["lat"])
        ]
        before = mine[(mine["event_time"] < rows["event_time"][0]) & (mine["attack"] < 0)]
        if len(before):
            last = before[-1]
            km = kilometres(last["lat"], last["lon"], rows["lat"][0], rows["lon"][0])
            speeds.append(float(km) / ((rows["event_time"][0] - last["event_time"]) / HOUR))
    assert len(speeds) > 20
    assert np.quantile(speeds, 0.05) > 300
    assert np.median(speeds) > 1_000


def test_skimmed_cards_met_at_one_terminal_weeks_before() -> None:
    genuine = whole(BUSY, "normal").transactions().rows
    shared = []
    for rows in campaigns("skimmed_terminal")[:8]:
        cards = np.unique(rows["card"])
        assert len(cards) >= 5
        at = genuine[np.isin(genuine["card"], cards) & (genuine["terminal"] >= 0)]
        met = [len(np.unique(at["card"][at["terminal"] == t])) for t in np.unique(at["terminal"])]
        usual = len(np.unique(genuine["card"][genuine["terminal"] >= 0])) / 1_500
        shared.append(max(met) / len(cards))
        assert max(met) > usual
    assert np.mean(shared) > 0.6


def test_bust_out_spends_far_beyond_habit_with_the_owners_own_phone(world: World) -> None:
    genuine = whole(replace(BUSY, days=40), "normal").transactions().rows
    beyond = []
    for rows in campaigns("bust_out"):
        assert distinct(rows, "account") == 1
        online = rows[rows["device"] >= 0]
        phone = customer_device(world, customer_of(online), PHONE, online["event_time"])
        assert (online["device"] == phone).all()
        habit = genuine[genuine["account"] == rows["account"][0]]
        assert len(habit) > 0
        beyond.append(euros(rows).mean() / euros(habit).mean())
    assert np.median(beyond) > 3


def test_a_bust_out_account_is_younger_than_most(world: World) -> None:
    busts = [rows["account"][0] - 10_000 for rows in campaigns("bust_out")]
    signup = world.customers.signup
    assert np.median(signup[busts]) > np.quantile(signup, 0.7)


def test_a_mule_chain_passes_money_on_within_the_hour() -> None:
    for rows in campaigns("mule_chain"):
        transfers = rows[rows["type"] == TYPES.index("transfer")]
        payers, payees = transfers["account"], transfers["counterparty"]
        assert distinct(rows, "account") >= 3
        mules = np.unique(payers[np.isin(payers, payees)])
        for mule in mules:
            received = transfers[payees == mule]["event_time"].max()
            sent = transfers[payers == mule]["event_time"].min()
            assert 0 < sent - received < 90 * MINUTE
        out = rows[-1]
        coins = out["method"] == METHODS.index("Cryptocurrency")
        assert coins or out["type"] == TYPES.index("withdrawal")


def test_window_edge_stays_below_its_limits_for_hours() -> None:
    for rows in campaigns("window_edge"):
        assert distinct(rows, "card") == 1
        assert most_in_an_hour(rows) <= 5
        assert lasts(rows) > 1.8 * HOUR
        gaps = np.diff(rows["event_time"])
        assert gaps.std() < 0.05 * gaps.mean()
        limit = min(limit for limit in (50, 100, 150, 250) if limit > euros(rows).max() - 0.01)
        assert euros(rows).min() > 0.93 * limit


def test_refund_abuse_turns_nearly_every_purchase_into_a_refund() -> None:
    abuse = whole(BUSY, "attack").transactions()
    for rows in campaigns("refund_abuse"):
        assert set(rows["type"]) == {TYPES.index("refund")}
        assert distinct(rows, "account") == 1
        assert distinct(rows, "merchant") <= 3
        assert len(rows) >= 6
    bought = abuse.where(~abuse.is_fraud).rows  # what is later returned is bought honestly
    assert set(bought["type"]) == {TYPES.index("purchase")}
