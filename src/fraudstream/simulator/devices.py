"""Phones, computers and addresses. Addresses lie in 240.0.0.0/4, which nobody in the world uses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fraudstream.simulator.merchants import CITY_COUNTRY, CITY_LAT, CITY_LON
from fraudstream.simulator.rows import Rows
from fraudstream.simulator.seeding import Ints, mix, token, unit
from fraudstream.simulator.world import World

__all__ = [
    "COMPUTER",
    "FAMILY",
    "PHONE",
    "address",
    "attacker_device",
    "customer_device",
    "home_address",
    "hosting_address",
    "locate",
    "mobile_address",
    "phone_age",
]

Flags = npt.NDArray[np.bool_]

PHONE, COMPUTER, FAMILY = range(3)
_RESERVED = 0xF0000000
_COUNTRY_BITS = 23
_HOMES = 1 << 22  # a country's first addresses are homes, then come carriers and hotels
_CARRIER = 512
_HOSTING = 31 << _COUNTRY_BITS  # where servers are rented; no country's
_ATTACKERS = 1 << 31  # device indices from here on belong to attackers


def customer_device(world: World, who: Ints, slot: npt.ArrayLike, time: npt.ArrayLike) -> Ints:
    """Return the device in a slot at a time: phones are replaced, a family's device is one."""
    slots = np.asarray(slot)
    owner = np.where(slots == FAMILY, world.customers.head[who], who)
    turn, _ = world.phones.at(who, time)
    generation = np.where(slots == PHONE, turn, 0)
    index = (generation * len(world.customers) + owner) * 4 + slots
    return token(world.seed, index % _ATTACKERS)


def phone_age(world: World, who: Ints, time: Ints) -> Ints:
    """Return for how many ms customers have had their phone."""
    return np.asarray(time - world.phones.at(who, time)[1])


def attacker_device(world: World, attacker: int, which: npt.ArrayLike) -> Ints:
    """Return an attacker's devices; ``attacker`` is a hash that is theirs alone."""
    index = mix(attacker, which) >> np.uint64(33)
    return token(world.seed, _ATTACKERS + index.astype(np.int64))


def address(country: npt.ArrayLike, within: npt.ArrayLike) -> Ints:
    """Return an address of a country, as an integer."""
    return _RESERVED + (np.asarray(country, np.int64) << _COUNTRY_BITS) + np.asarray(within)


def home_address(world: World, who: Ints) -> Ints:
    """Return the address of customers' homes; a household has one."""
    head = world.customers.head[who]
    within = (mix(world.seed, 40, head) % np.uint64(_HOMES)).astype(np.int64)
    return address(world.customers.country[who], within)


def mobile_address(country: npt.ArrayLike, draw: npt.NDArray[np.float64]) -> Ints:
    """Return an address shared by many phones or hotel guests of a country."""
    return address(country, _HOMES + (draw * _CARRIER).astype(np.int64))


def hosting_address(attacker: int, which: npt.ArrayLike, servers: int = 1) -> Ints:
    """Return addresses of rented servers, neighbours in one network of 256."""
    network = int(mix(attacker, 41)) % (1 << 14)
    host = (mix(attacker, 42, np.asarray(which) % servers) % np.uint64(256)).astype(np.int64)
    return _RESERVED + _HOSTING + (network << 8) + host


def locate(rows: Rows, city: Ints) -> None:
    """Place rows where their address is thought to be: near the middle of a city."""
    ip = rows["ip"]
    rows["lat"] = np.round(CITY_LAT[city] + 0.2 * (unit(1, ip) - 0.5), 4)
    rows["lon"] = np.round(CITY_LON[city] + 0.3 * (unit(2, ip) - 0.5), 4)
    rows["country"] = CITY_COUNTRY[city]
