"""What honest customers do that looks like fraud: trips, sprees, new phones, sales.

Each recurs in a cycle of its own length and phase, and everything about one occurrence is a hash
of whose and which it is. So it can be asked for any instant, without a memory of earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fraudstream.simulator.merchants import CITY_LAT, CITY_LON
from fraudstream.simulator.seeding import Ints, unit
from fraudstream.simulator.vocabulary import CITIES

__all__ = ["Cycle", "Trips", "kilometres"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_DAY = 86_400_000
_HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Cycle:
    """Something that happens to everybody again and again, every ``shortest`` to ``longest`` days.

    ``salt`` is the world's; ``purpose`` keeps one cycle's hashes apart from another's.
    """

    salt: int
    purpose: int
    shortest: float
    longest: float

    def period(self, who: Ints) -> Ints:
        """Return the length of each one's cycle in ms."""
        days = self.shortest + (self.longest - self.shortest) * self.draw(who, 0, 0)
        return (days * _DAY).astype(np.int64)

    def at(self, who: Ints, time: npt.ArrayLike) -> tuple[Ints, Ints]:
        """Return which occurrence is the latest to have begun its cycle, and when it did (ms)."""
        period = self.period(who)
        phase = (period * self.draw(who, 0, 1)).astype(np.int64)
        turn = (np.asarray(time) - phase) // period
        return turn, phase + turn * period

    def draw(self, who: Ints, turn: npt.ArrayLike, which: int) -> Floats:
        """Return a number in [0, 1) that belongs to one occurrence."""
        return unit(self.salt, self.purpose + 16 * which, who, turn)


@dataclass(frozen=True)
class Trips:
    """Journeys: every 40 to 240 days each customer goes somewhere for 2 to 12 days."""

    salt: int

    @cached_property
    def _cycle(self) -> Cycle:
        return Cycle(self.salt, 1, 40, 240)

    def whereabouts(self, who: Ints, home: Ints, time: Ints) -> tuple[Ints, Flags, Flags]:
        """Return the city each customer is in, whether away from home, and whether on the way."""
        turn, begun = self._cycle.at(who, time)
        place = np.searchsorted(_VISITS, self._cycle.draw(who, turn, 2), side="right")
        period = self._cycle.period(who)
        leaves = begun + (0.4 * period * self._cycle.draw(who, turn, 3)).astype(np.int64)
        stay = ((2 + 10 * self._cycle.draw(who, turn, 4)) * _DAY).astype(np.int64)
        journey = ((_DISTANCE[home, place] / 700 + 2.5) * _HOUR).astype(np.int64)
        since = time - leaves
        travels = (place != home) & (since >= 0)
        away = travels & (since >= journey) & (since < stay)
        moving = travels & ((since < journey) | ((since >= stay) & (since < stay + journey)))
        return np.where(away, place, home), away, moving


def kilometres(lat: Floats, lon: Floats, other_lat: Floats, other_lon: Floats) -> Floats:
    """Return great-circle distances by the haversine formula (radius 6,371 km)."""
    lat, lon, other_lat, other_lon = map(np.radians, (lat, lon, other_lat, other_lon))
    chord = (
        np.sin((other_lat - lat) / 2) ** 2
        + np.cos(lat) * np.cos(other_lat) * np.sin((other_lon - lon) / 2) ** 2
    )
    return np.asarray(2 * 6371 * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))


_DISTANCE = kilometres(CITY_LAT[:, None], CITY_LON[:, None], CITY_LAT[None], CITY_LON[None])
_VISITS = np.cumsum([city.visits for city in CITIES]) / sum(city.visits for city in CITIES)
