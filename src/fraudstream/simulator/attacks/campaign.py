"""An attack, the scene of one campaign, and what attackers have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudstream.simulator import devices, moves
from fraudstream.simulator.merchants import CITY_COUNTRY, CITY_OFFSET
from fraudstream.simulator.rows import Rows, blank_rows
from fraudstream.simulator.seeding import Ints
from fraudstream.simulator.vocabulary import CITIES, category_code
from fraudstream.simulator.world import World

__all__ = ["DAY", "HOUR", "MINUTE", "SECOND", "Attack", "Lair", "Scene", "make_rows"]

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True)
class Scene:
    """Where a campaign finds itself: the world, the instant it may begin, its own randomness.

    ``attacker`` is a hash that belongs to this campaign alone; ``genuine`` returns what honest
    customers do in a block, for attackers who wait for their victims.
    """

    world: World
    start: int
    attacker: int
    draw: np.random.Generator
    genuine: Callable[[int], Rows]

    def victims(self, count: int, among: Ints | None = None, days: int = 1) -> Ints:
        """Draw different customers who have had an account for some days, if there are any."""
        signup = self.world.customers.signup
        if among is None:  # drawn with a margin instead of shuffling millions
            among = np.unique(self.draw.integers(0, len(signup), 4 * count + 16))
        known = among[signup[among] < self.start - days * DAY]
        return self.draw.permutation(known if len(known) else among)[:count]

    def newcomers(self, count: int, days: int) -> Ints:
        """Draw customers of whom the bank knows little, yet has known for some days."""
        sample = self.victims(12 * count, days=days)
        youngest = np.argsort(-self.world.customers.signup[sample], kind="stable")[: 3 * count]
        return self.draw.permutation(sample[youngest])[:count]

    def shops(self, *categories: str, city: int | None = None) -> Ints:
        """Return the merchants of some categories, in a city or (``None``) on the net."""
        codes = tuple(category_code(name) for name in categories)
        found = self.world.merchants.of(codes, online=city is None, city=city)
        if not len(found) and city is not None:
            first = self.world.merchants.city_first[city]
            return first + np.arange(self.world.merchants.city_count[city])
        return found

    def elsewhere(self, city: int) -> int:
        """Draw a city in another country."""
        abroad = np.flatnonzero(CITY_COUNTRY[city] != CITY_COUNTRY)
        return int(self.draw.choice(abroad))

    def daytime(self, city: int) -> int:
        """Return the first instant from the start on at which shops in a city are open."""
        local = self.start + int(CITY_OFFSET[city]) * HOUR
        midnight = local // DAY * DAY
        if 9 * HOUR <= local - midnight <= 19 * HOUR:
            return self.start
        night = local - midnight > 19 * HOUR
        opening = midnight + night * DAY + int(self.draw.uniform(9, 19) * HOUR)
        return opening - int(CITY_OFFSET[city]) * HOUR


@dataclass(frozen=True)
class Lair:
    """Where an attacker sits: a city, and whether rented servers hide it."""

    scene: Scene
    city: int
    hidden: bool

    @classmethod
    def somewhere(cls, scene: Scene) -> Lair:
        """Draw any city: half of the attackers hide behind rented servers."""
        return cls(scene, int(scene.draw.integers(0, len(CITIES))), bool(scene.draw.random() < 0.5))

    def device(self, which: npt.ArrayLike) -> Ints:
        """Return the attacker's devices."""
        return devices.attacker_device(self.scene.world, self.scene.attacker, which)

    def go_online(self, rows: Rows, which: npt.ArrayLike, servers: int = 1) -> None:
        """Act from devices ``which``, through one address or up to ``servers`` neighbours."""
        which = np.broadcast_to(np.asarray(which), len(rows))
        if self.hidden:
            ip = devices.hosting_address(self.scene.attacker, np.arange(len(rows)), servers)
        else:
            country = np.full(len(rows), CITY_COUNTRY[self.city])
            ip = devices.mobile_address(country, np.full(len(rows), self.scene.draw.random()))
        moves.from_device(rows, self.device(which), ip)
        devices.locate(rows, np.full(len(rows), self.city))


Plan = Callable[[Scene], Rows]


@dataclass(frozen=True)
class Attack:
    """One way to steal.

    ``summary`` says it in plain words. ``share`` is its part of all fraudulent transactions,
    ``size`` how many of them a campaign makes on average, ``days`` the longest it may last.
    Its labels come from ``source``, ``delay`` days later in the median. ``plan`` makes a campaign:
    unnumbered rows from the scene's start on, ``attack`` = 0 on those that are fraud.
    """

    name: str
    summary: str
    share: float
    size: float
    days: float
    delay: float
    source: str
    plan: Plan


def make_rows(times: npt.ArrayLike, *, fraud: bool = True) -> Rows:
    """Return one transaction per time (ms), marked as fraud or not."""
    instants = np.asarray(times).astype(np.int64)
    rows = blank_rows(len(instants))
    rows["at"] = rows["event_time"] = instants
    rows["attack"] = 0 if fraud else -1
    return rows
