"""The four things honest customers do: buy in a shop, buy on the net, take cash, send money."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fraudstream.simulator import devices, moves
from fraudstream.simulator.customers import COUNTRY_CURRENCY, EXTERNAL, FIRST_ACCOUNT
from fraudstream.simulator.merchants import CITY_COUNTRY
from fraudstream.simulator.rows import Rows
from fraudstream.simulator.seeding import Ints
from fraudstream.simulator.vocabulary import CATEGORIES, CITIES, METHODS, SITUATIONS
from fraudstream.simulator.world import World

__all__ = [
    "act_through_a_device",
    "pay_a_transfer",
    "pay_in_a_shop",
    "pay_on_the_net",
    "take_cash",
    "usual_price",
]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_DAY = 86_400_000
_SPREADS = np.array([category.spread for category in CATEGORIES])
_TRAVEL, _NEW_PHONE, _SHARED, _SALE = (
    SITUATIONS.index(name) for name in ("travel", "new_phone", "shared_device", "sale")
)


def pay_in_a_shop(world: World, rows: Rows, city: Ints, draw: np.random.Generator) -> None:
    """Buy at a favourite shop when at home, more often than not, else at any shop in the city."""
    who, count = moves.customer_of(rows), len(rows)
    usual = world.customers.shops[who, draw.integers(0, world.customers.shops.shape[1], count)]
    other = world.merchants.shops_in(city, draw.random(count))
    at_home = rows["situation"] != _TRAVEL
    merchant = np.where(at_home & (draw.random(count) < 0.75), usual, other)
    moves.by_card(world, rows, who, _card_slot(world, who, draw))
    moves.at_shop(world, rows, merchant, draw)
    moves.costing(rows, usual_price(world, rows, draw), draw.random(count))


def pay_on_the_net(world: World, rows: Rows, city: Ints, draw: np.random.Generator) -> None:
    """Buy from a usual site, from any, or from one that has a sale."""
    who, count = moves.customer_of(rows), len(rows)
    usual = world.customers.sites[who, draw.integers(0, world.customers.sites.shape[1], count)]
    other, on_sale = _other_sites(world, rows, draw)
    merchant = np.where(draw.random(count) < 0.7, usual, other)
    bargain = on_sale & (merchant == other)
    rows["situation"][bargain] = _SALE
    home = world.customers.currency[who]
    abroad = COUNTRY_CURRENCY[world.merchants.country[merchant]]
    _pay_online(world, rows, draw)
    moves.on_the_net(world, rows, merchant, np.where(draw.random(count) < 0.85, home, abroad))
    act_through_a_device(world, rows, city, draw)
    price = usual_price(world, rows, draw) * np.where(bargain, 0.75, 1.0)
    moves.costing(rows, price, draw.random(count))


def take_cash(world: World, rows: Rows, city: Ints, draw: np.random.Generator) -> None:
    """Withdraw a round sum of the local currency."""
    who = moves.customer_of(rows)
    moves.by_card(world, rows, who, _card_slot(world, who, draw))
    moves.at_machine(world, rows, city, draw)
    moves.costing(rows, usual_price(world, rows, draw))
    notes = np.where(rows["amount"] >= 10_000, 2_000, 1_000)
    rows["amount"] = np.maximum(notes, np.rint(rows["amount"] / notes).astype(np.int64) * notes)


def pay_a_transfer(world: World, rows: Rows, city: Ints, draw: np.random.Generator) -> None:
    """Pay a usual payee the usual sum, or somebody new; now and then an exchange, for coins."""
    people, who, count = world.customers, moves.customer_of(rows), len(rows)
    which = draw.integers(0, people.payees.shape[1], count)
    new = draw.random(count) < 0.12
    friend = FIRST_ACCOUNT + draw.integers(0, len(people), count)
    stranger = EXTERNAL + draw.integers(0, 4 * len(people), count)
    someone = np.where(draw.random(count) < 0.3, friend, stranger)
    moves.by_account(rows, who, "BankTransfer")
    coins = draw.random(count) < 0.03
    rows["method"][coins] = METHODS.index("Cryptocurrency")
    moves.to_counterparty(
        rows, np.where(new, someone, people.payees[who, which]), people.currency[who]
    )
    act_through_a_device(world, rows, city, draw)
    due = people.dues[who, which] * draw.lognormal(0, 0.1, count)
    moves.costing(rows, np.where(new, draw.lognormal(4.6, 1.1, count), due), draw.random(count))


def act_through_a_device(world: World, rows: Rows, city: Ints, draw: np.random.Generator) -> None:
    """Set device, address and place: the phone, the computer at home, or the family's tablet."""
    people, who, count = world.customers, moves.customer_of(rows), len(rows)
    away = rows["situation"] == _TRAVEL
    slot = np.where(people.computer[who] & ~away & (draw.random(count) < 0.45), devices.COMPUTER, 0)
    slot = np.where(
        people.shares_device[who] & ~away & (draw.random(count) < 0.3), devices.FAMILY, slot
    )
    mobile = away | ((slot == devices.PHONE) & (draw.random(count) < 0.5))
    # One in a hundred goes through a server abroad: an odd country is not yet a thief.
    detour = draw.random(count) < 0.01
    city = np.where(detour, draw.integers(0, len(CITIES), count), city)
    anywhere = devices.mobile_address(CITY_COUNTRY[city], draw.random(count))
    ip = np.where(mobile | detour, anywhere, devices.home_address(world, who))
    moves.from_device(rows, devices.customer_device(world, who, slot, rows["event_time"]), ip)
    devices.locate(rows, city)
    at_home = ~(mobile | detour)
    rows["lat"][at_home], rows["lon"][at_home] = people.lat[who[at_home]], people.lon[who[at_home]]
    young = devices.phone_age(world, who, rows["event_time"]) < 3 * _DAY
    _mark(rows, (slot == devices.PHONE) & young, _NEW_PHONE)
    _mark(rows, slot == devices.FAMILY, _SHARED)


def usual_price(world: World, rows: Rows, draw: np.random.Generator) -> Floats:
    """Draw what the customer would pay at the merchant, in euro."""
    merchant, who = rows["merchant"], moves.customer_of(rows)
    usual = world.merchants.ticket[merchant] * world.customers.taste[who]
    return np.asarray(usual * np.exp(_SPREADS[rows["category"]] * draw.standard_normal(len(rows))))


def _card_slot(world: World, who: Ints, draw: np.random.Generator) -> Ints:
    second = (world.customers.cards[who] == 2) & (draw.random(len(who)) < 0.25)
    return second.astype(np.int64)


def _pay_online(world: World, rows: Rows, draw: np.random.Generator) -> None:
    who, count = moves.customer_of(rows), len(rows)
    moves.by_card(world, rows, who, _card_slot(world, who, draw))
    for method, chosen in (
        ("PayPal", world.customers.paypal[who] & (draw.random(count) < 0.4)),
        ("Cryptocurrency", draw.random(count) < 0.01),
    ):
        rows["method"][chosen] = METHODS.index(method)
        rows["card"][chosen] = rows["bin"][chosen] = -1


def _other_sites(world: World, rows: Rows, draw: np.random.Generator) -> tuple[Ints, Flags]:
    """Draw sites beyond the usual ones; when some have a sale, a third of the visits go there."""
    count = len(rows)
    other = world.merchants.on_the_net(draw.random(count))
    sellers = np.arange(world.merchants.first_online, len(world.merchants))
    day = int(rows["event_time"][0]) if count else 0
    _, begun = world.sales.at(sellers, day)
    bargains = sellers[day - begun < 2 * _DAY]
    tempted = (draw.random(count) < 0.35) & (len(bargains) > 0)
    which = (draw.random(count) * len(bargains)).astype(np.int64)
    chosen = bargains[which] if len(bargains) else other
    return np.where(tempted, chosen, other), tempted


def _mark(rows: Rows, chosen: Flags, situation: int) -> None:
    rows["situation"][chosen & (rows["situation"] != _TRAVEL)] = situation
