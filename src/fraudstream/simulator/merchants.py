"""Merchants of the world: shops in cities, cash machines, and shops on the net."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fraudstream.simulator.seeding import Ints, generator
from fraudstream.simulator.vocabulary import ATM, CATEGORIES, CITIES, COUNTRIES

__all__ = ["CITY_COUNTRY", "CITY_LAT", "CITY_LON", "CITY_OFFSET", "Merchants", "draw_merchants"]

Floats = npt.NDArray[np.float64]

_COUNTRY = {country.code: code for code, country in enumerate(COUNTRIES)}
CITY_COUNTRY = np.array([_COUNTRY[city.country] for city in CITIES])
CITY_LAT = np.array([city.lat for city in CITIES])
CITY_LON = np.array([city.lon for city in CITIES])
CITY_OFFSET = np.array([city.utc_offset for city in CITIES])
_SMALLEST_TOWN = 8  # shops in a city that is only visited


@dataclass(frozen=True)
class Merchants:
    """One entry per merchant: the shops city by city, then a cash machine per city, then the net.

    ``ticket`` is the usual amount in euro. The first shops of a city and the first online ones are
    the popular ones. Shops and cash machines have ``terminals`` numbered from ``first_terminal``.
    """

    category: Ints
    city: Ints
    lat: Floats
    lon: Floats
    ticket: Floats
    first_terminal: Ints
    terminals: Ints
    city_first: Ints
    city_count: Ints
    first_atm: int
    first_online: int

    def __len__(self) -> int:
        return len(self.category)

    @cached_property
    def country(self) -> Ints:
        """Country of each merchant."""
        return CITY_COUNTRY[self.city]

    def online(self) -> int:
        """How many sell on the net."""
        return len(self) - self.first_online

    def shops_in(self, city: Ints, draw: Floats) -> Ints:
        """Pick a shop of each city; ``draw`` in [0, 1), the popular ones more often."""
        return self.city_first[city] + (self.city_count[city] * draw * draw).astype(np.int64)

    def on_the_net(self, draw: Floats) -> Ints:
        """Pick online merchants; ``draw`` in [0, 1), the popular ones more often."""
        return self.first_online + (self.online() * draw * draw).astype(np.int64)

    def of(self, categories: tuple[int, ...], *, online: bool, city: int | None = None) -> Ints:
        """Return the merchants of some categories, on the net or in a city."""
        wanted = (categories, online, city)
        if wanted not in self._found:  # asked for at every campaign, and always the same
            self._found[wanted] = self._search(categories, online, city)
        return self._found[wanted]

    @cached_property
    def _found(self) -> dict[tuple[tuple[int, ...], bool, int | None], Ints]:
        return {}

    def _search(self, categories: tuple[int, ...], online: bool, city: int | None) -> Ints:
        chosen = np.isin(self.category, categories)
        numbers = np.arange(len(self))
        chosen &= numbers >= self.first_online if online else numbers < self.first_atm
        if city is not None:
            chosen &= self.city == city
        return np.flatnonzero(chosen)


def draw_merchants(seed: int, shops: int) -> Merchants:
    """Draw about ``shops`` merchants, a quarter of them online."""
    draw = generator(seed, "merchants")
    homes = np.array([city.homes for city in CITIES])
    counts = np.maximum(_SMALLEST_TOWN, (0.75 * shops * homes / homes.sum()).astype(np.int64))
    online = max(len(CATEGORIES), shops // 4)
    city = np.concatenate(
        [
            np.repeat(np.arange(len(CITIES)), counts),
            np.arange(len(CITIES)),
            draw.choice(len(CITIES), online, p=homes / homes.sum()),
        ]
    )
    first_atm = int(counts.sum())
    first_online = first_atm + len(CITIES)
    category = np.concatenate(
        [
            _trades(draw, [category.street for category in CATEGORIES], first_atm),
            np.full(len(CITIES), ATM),
            _trades(draw, [category.online for category in CATEGORIES], online),
        ]
    )
    total = len(city)
    terminals = np.where(draw.random(total) < 0.6, 1, draw.integers(2, 9, total))
    terminals[first_atm:first_online] = 6
    terminals[first_online:] = 0
    tickets = np.array([category.ticket for category in CATEGORIES])
    return Merchants(
        category=category,
        city=city,
        lat=np.round(CITY_LAT[city] + draw.normal(0, 0.05, total), 4),
        lon=np.round(CITY_LON[city] + draw.normal(0, 0.07, total), 4),
        ticket=tickets[category] * draw.lognormal(0, 0.25, total),
        first_terminal=np.cumsum(terminals) - terminals,
        terminals=terminals,
        city_first=np.cumsum(counts) - counts,
        city_count=counts,
        first_atm=first_atm,
        first_online=first_online,
    )


def _trades(draw: np.random.Generator, weights: list[float], count: int) -> Ints:
    """Draw categories so that each one in use occurs, spread over popular and unpopular."""
    share = np.array(weights) / sum(weights)
    every = np.flatnonzero(share)
    trades = draw.choice(len(share), count, p=share)
    places = draw.choice(count, min(count, len(every)), replace=False)
    trades[places] = every[: len(places)]
    return np.asarray(trades)
