"""Customers of the world: who they are and what they are used to. What they do is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fraudstream.simulator.habits import LIFESTYLES
from fraudstream.simulator.merchants import (
    CITY_COUNTRY,
    CITY_LAT,
    CITY_LON,
    CITY_OFFSET,
    Merchants,
)
from fraudstream.simulator.seeding import Ints, generator
from fraudstream.simulator.vocabulary import CITIES, COUNTRIES, CURRENCY_CODES

__all__ = ["COUNTRY_CURRENCY", "EXTERNAL", "FIRST_ACCOUNT", "Customers", "draw_customers"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FIRST_ACCOUNT = 10_000
EXTERNAL = 1 << 40
"""Counterparties from here on are accounts at other banks."""
COUNTRY_CURRENCY = np.array([CURRENCY_CODES.index(c.currency) for c in COUNTRIES])

_DAY = 86_400_000
_BINS = 12
_SHOPS, _SITES, _PAYEES = 8, 6, 5


@dataclass(frozen=True)
class Customers:
    """One entry (or row of entries) per customer.

    ``daily`` is transactions a day; ``taste`` multiplies usual tickets; ``mix`` holds cumulative
    shares of shop, net, cash and transfer. ``head`` is the customer whose home, address and family
    device are shared (most are their own). ``signup`` is in ms; before it nothing happens.
    """

    city: Ints
    lat: Floats
    lon: Floats
    lifestyle: Ints
    daily: Floats
    taste: Floats
    mix: Floats
    salary_day: Ints
    bins: Ints
    debit: Flags
    cards: Ints
    computer: Flags
    paypal: Flags
    head: Ints
    shares_device: Flags
    signup: Ints
    shops: Ints
    sites: Ints
    payees: Ints
    dues: Floats

    def __len__(self) -> int:
        return len(self.city)

    @cached_property
    def country(self) -> Ints:
        """Home country."""
        return CITY_COUNTRY[self.city]

    @cached_property
    def currency(self) -> Ints:
        """Currency of the home country."""
        return COUNTRY_CURRENCY[self.country]

    @cached_property
    def utc_offset(self) -> Ints:
        """Hours that clocks at home are ahead of UTC."""
        return CITY_OFFSET[self.city]


def draw_customers(seed: int, count: int, merchants: Merchants, founded: int) -> Customers:
    """Draw ``count`` customers with a mean activity of one transaction a day."""
    draw = generator(seed, "customers")
    homes = np.array([city.homes for city in CITIES])
    head, shares = _households(draw, count)
    city = draw.choice(len(CITIES), count, p=homes / homes.sum())[head]
    lifestyle = draw.choice(len(LIFESTYLES), count, p=[life.share for life in LIFESTYLES])
    daily = draw.gamma(2.5, 1 / 2.5, count) + 0.05
    bins = draw.integers(400_000, 560_000, _BINS)
    return Customers(
        city=city,
        lat=np.round(CITY_LAT[city] + draw.normal(0, 0.06, count)[head], 4),
        lon=np.round(CITY_LON[city] + draw.normal(0, 0.09, count)[head], 4),
        lifestyle=lifestyle,
        daily=daily / daily.mean(),
        taste=draw.lognormal(-0.06, 0.35, count),
        mix=_mixes(draw, count),
        salary_day=draw.choice([1, 1, 15, 25, 26, 27, 28], count),
        bins=bins[(_BINS * draw.random((count, 2)) ** 2).astype(np.int64)],
        debit=draw.random((count, 2)) < 0.55,
        cards=1 + (draw.random(count) < 0.35),
        computer=draw.random(count) < 0.6,
        paypal=draw.random(count) < 0.4,
        head=head,
        shares_device=shares,
        signup=_signups(draw, count, founded),
        shops=merchants.shops_in(city[:, None], draw.random((count, _SHOPS))),
        sites=merchants.on_the_net(draw.random((count, _SITES))),
        payees=_payees(draw, count),
        dues=np.round(draw.lognormal(4.6, 1.0, (count, _PAYEES)), 2),
    )


def _households(draw: np.random.Generator, count: int) -> tuple[Ints, Flags]:
    """One home in six holds three customers; in half of those a device goes round."""
    own = np.arange(count)
    first = own - own % 3
    together = np.repeat(draw.random(count // 3 + 1) < 1 / 6, 3)[:count]
    lending = np.repeat(draw.random(count // 3 + 1) < 0.5, 3)[:count]
    return np.where(together, first, own), together & lending


def _mixes(draw: np.random.Generator, count: int) -> Floats:
    """Cumulative shares of shop, net, cash and transfer, each customer their own."""
    shares = draw.dirichlet((6.0, 3.0, 0.6, 1.0), count)
    return np.asarray(np.cumsum(shares, axis=1)[:, :3])


def _signups(draw: np.random.Generator, count: int, founded: int) -> Ints:
    """Most have been here for years; one in twelve joins in the 120 days after ``founded``."""
    before = founded - (draw.exponential(900.0, count) * _DAY).astype(np.int64) - _DAY
    after = founded + (draw.random(count) * 120 * _DAY).astype(np.int64)
    return np.where(draw.random(count) < 1 / 12, after, before)


def _payees(draw: np.random.Generator, count: int) -> Ints:
    """Landlord, utilities, family: two in five bank here too."""
    here = FIRST_ACCOUNT + draw.integers(0, count, (count, _PAYEES))
    elsewhere = EXTERNAL + draw.integers(0, 4 * count, (count, _PAYEES))
    return np.where(draw.random((count, _PAYEES)) < 0.4, here, elsewhere)
