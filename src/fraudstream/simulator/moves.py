"""The moves that payments are made of, the same for honest customers and for attackers.

Each fills some fields of ``rows`` in place; arguments are arrays of the same length, or one value.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fraudstream.simulator.customers import COUNTRY_CURRENCY, FIRST_ACCOUNT
from fraudstream.simulator.merchants import CITY_COUNTRY
from fraudstream.simulator.rows import Rows
from fraudstream.simulator.seeding import Ints, token
from fraudstream.simulator.vocabulary import CHANNELS, CURRENCIES, METHODS, TYPES
from fraudstream.simulator.world import World

__all__ = [
    "at_machine",
    "at_shop",
    "by_account",
    "by_card",
    "costing",
    "customer_of",
    "from_device",
    "on_the_net",
    "to_counterparty",
]

Floats = npt.NDArray[np.float64]
_SCALE = np.array([10.0**c.decimals for c in CURRENCIES.values()])
_PER_EUR = np.array([c.per_eur for c in CURRENCIES.values()])
_LARGEST_EUR = 50_000.0


def customer_of(rows: Rows) -> Ints:
    """Return the position of each row's customer."""
    return np.asarray(rows["account"] - FIRST_ACCOUNT)


def by_account(rows: Rows, who: npt.ArrayLike, method: str) -> None:
    """Pay from the account, without a card."""
    rows["account"] = FIRST_ACCOUNT + np.asarray(who)
    rows["method"] = METHODS.index(method)


def by_card(world: World, rows: Rows, who: Ints, slot: npt.ArrayLike = 0) -> None:
    """Pay with a customer's first or second card (``slot`` 0 or 1)."""
    slots = np.broadcast_to(np.asarray(slot), np.shape(who))
    debit = world.customers.debit[who, slots]
    by_account(rows, who, "CreditCard")
    rows["method"] = np.where(debit, METHODS.index("DebitCard"), METHODS.index("CreditCard"))
    rows["card"] = token(world.seed, 2 * who + slots)
    rows["bin"] = world.customers.bins[who, slots]


def at_shop(world: World, rows: Rows, merchant: Ints, draw: np.random.Generator) -> None:
    """Buy at a merchant's terminal, in its city and currency."""
    _at_terminal(world, rows, merchant, draw)
    rows["channel"], rows["type"] = CHANNELS.index("pos"), TYPES.index("purchase")


def at_machine(world: World, rows: Rows, city: npt.ArrayLike, draw: np.random.Generator) -> None:
    """Withdraw at a cash machine of a city."""
    merchant = world.merchants.first_atm + np.broadcast_to(np.asarray(city), len(rows))
    _at_terminal(world, rows, merchant, draw)
    rows["channel"], rows["type"] = CHANNELS.index("atm"), TYPES.index("withdrawal")


def _at_terminal(world: World, rows: Rows, merchant: Ints, draw: np.random.Generator) -> None:
    shops = world.merchants
    _with_merchant(world, rows, merchant)
    which = (draw.random(len(rows)) * shops.terminals[merchant]).astype(np.int64)
    rows["terminal"] = shops.first_terminal[merchant] + which
    rows["lat"], rows["lon"] = shops.lat[merchant], shops.lon[merchant]
    rows["country"] = CITY_COUNTRY[shops.city[merchant]]
    rows["currency"] = COUNTRY_CURRENCY[rows["country"]]


def on_the_net(world: World, rows: Rows, merchant: Ints, currency: npt.ArrayLike) -> None:
    """Buy at an online merchant."""
    _with_merchant(world, rows, merchant)
    rows["channel"], rows["type"] = CHANNELS.index("ecom"), TYPES.index("purchase")
    rows["currency"] = currency


def _with_merchant(world: World, rows: Rows, merchant: Ints) -> None:
    rows["merchant"] = merchant
    rows["category"] = world.merchants.category[merchant]


def to_counterparty(rows: Rows, counterparty: npt.ArrayLike, currency: npt.ArrayLike) -> None:
    """Send money to another account."""
    rows["channel"] = CHANNELS.index("transfer")
    rows["type"] = TYPES.index("transfer")
    rows["counterparty"], rows["currency"] = counterparty, currency


def from_device(rows: Rows, device: npt.ArrayLike, ip: npt.ArrayLike) -> None:
    """Act through a device; :func:`fraudstream.simulator.devices.locate` says where it is."""
    rows["device"], rows["ip"] = device, ip


def costing(rows: Rows, euros: npt.ArrayLike, ending: Floats | None = None) -> None:
    """Set the amount: ``euros`` converted to the row's currency and rounded to its minor unit.

    ``ending`` in [0, 1) makes a quarter of the prices end in .99 and a fifth in .00, as in shops.
    """
    currency = rows["currency"]
    scale = _SCALE[currency]
    units = np.clip(euros, 0.01, _LARGEST_EUR) * _PER_EUR[currency]
    minor = np.maximum(1, np.rint(units * scale)).astype(np.int64)
    if ending is not None:
        whole = np.where(scale == 100, np.maximum(minor // 100 * 100, 100), minor)
        minor = np.where(ending < 0.45, whole, minor)
        minor = np.where((ending < 0.25) & (scale == 100), whole + 99, minor)
    rows["amount"] = minor
