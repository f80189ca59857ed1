"""What a simulation is asked for, checked as a whole before anything is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches

from fraudstream.errors import Problem, SettingsInvalid
from fraudstream.simulator.attacks import ATTACKS

__all__ = ["DAY", "Settings", "live_settings"]

DAY = 86_400_000
_START = datetime(2026, 1, 5, tzinfo=UTC)
_LIMITS = {  # name: lowest, highest
    "seed": (0, 2**31 - 1),
    "attack_seed": (0, 2**31 - 1),
    "customers": (10, 2_000_000),
    "merchants": (40, 1_000_000),
    "daily": (0.05, 50.0),
    "fraud_share": (0.0, 0.2),
    "days": (1e-6, 36_500.0),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """A simulated bank, its attackers, and the stretch of time to show.

    Equal settings give equal bytes. ``seed`` draws the customers and what they do; ``attack_seed``
    (``seed`` if not given) draws the attackers, so the same bank can be attacked by strangers.
    ``daily`` is transactions per customer and day, ``fraud_share`` the share of all transactions
    that are fraud, spread over ``attacks``. ``days`` is bank time; ``None`` never ends.
    With ``settle``, labels and reversals still under way at the end follow the last transaction.
    ``founded`` anchors sign-ups and schedules; streams of one bank with different starts share it.

    Raises :class:`SettingsInvalid` with every problem.
    """

    seed: int = 1
    attack_seed: int | None = None
    customers: int = 2_000
    merchants: int | None = None
    start: datetime = _START
    days: float | None = 30.0
    daily: float = 3.0
    fraud_share: float = 0.01
    attacks: tuple[str, ...] = tuple(ATTACKS)
    settle: bool = True
    founded: datetime | None = None

    def __post_init__(self) -> None:
        """Check every field and the fields against each other."""
        problems = [*_out_of_range(self), *_bad_attacks(self.attacks), *_bad_times(self)]
        if problems:
            raise SettingsInvalid(
                f"the simulation has {len(problems)} problem{'s' * (len(problems) > 1)}",
                [Problem(text) for text in problems],
                "Nothing was started.",
            )

    @property
    def attackers(self) -> int:
        """The seed of the attackers."""
        return self.seed if self.attack_seed is None else self.attack_seed

    @property
    def shops(self) -> int:
        """How many merchants the bank's customers meet."""
        return self.merchants or max(200, self.customers // 5)

    @property
    def start_ms(self) -> int:
        """First instant of the stream."""
        return _milliseconds(self.start)

    @property
    def founded_ms(self) -> int:
        """The instant that sign-ups and schedules are counted from."""
        return _milliseconds(self.founded or self.start)

    @property
    def end_ms(self) -> int | None:
        """First instant after the stream; ``None``: it does not end."""
        return None if self.days is None else self.start_ms + round(self.days * DAY)

    @property
    def per_day(self) -> float:
        """Expected genuine transactions of a day."""
        return self.customers * self.daily

    def compression(self, rate: float) -> float:
        """How many times faster than a clock bank time runs at ``rate`` transactions a second.

        >>> Settings(customers=2_000, daily=3.0).compression(1_000)
        14400.0
        """
        return rate * 86_400 / self.per_day

    def continued(self, days: float | None, attack_seed: int | None = None) -> Settings:
        """Return the same bank from the end of this stream on, perhaps with other attackers."""
        if self.days is None:
            raise SettingsInvalid("a stream without an end cannot be continued")
        return replace(
            self,
            start=datetime.fromtimestamp((self.start_ms + round(self.days * DAY)) / 1000, UTC),
            founded=self.founded or self.start,
            days=days,
            attack_seed=self.attackers if attack_seed is None else attack_seed,
        )


def live_settings(rate: float, base: Settings | None = None, *, compression: float) -> Settings:
    """Return endless settings whose customers make ``rate`` transactions a second.

    Many attacks last days, a demo a minute: bank time therefore runs ``compression`` times faster
    than the clock, and the number of customers follows (each keeps making ``daily`` transactions
    a day). The caller paces: ``rate`` rows a second, or bank time divided by ``compression``.
    With 1 the stream runs in real time. A bank has 10 customers at least, so at a very low rate
    time runs slower than asked: :meth:`Settings.compression` says how fast.

    >>> live_settings(1_000, compression=14_400).customers
    2000
    """
    base = base or Settings()
    customers = max(10, round(rate * 86_400 / (base.daily * compression)))
    return replace(base, customers=customers, days=None)


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)


def _out_of_range(settings: Settings) -> list[str]:
    problems = []
    for name, (low, high) in _LIMITS.items():
        value = getattr(settings, name)
        if value is not None and not (math.isfinite(value) and low <= value <= high):
            problems.append(f"{name} is {value}; it must lie between {low:g} and {high:g}")
    return problems


def _bad_attacks(names: tuple[str, ...]) -> list[str]:
    problems = []
    for name in names:
        if name not in ATTACKS:
            near = get_close_matches(name, ATTACKS, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(ATTACKS)}"
            problems.append(f'unknown attack "{name}"; {hint}')
    if len(set(names)) < len(names):
        problems.append("an attack is named twice")
    return problems


def _bad_times(settings: Settings) -> list[str]:
    problems = []
    for name in ("start", "founded"):
        time = getattr(settings, name)
        if time is not None and time.tzinfo is None:
            problems.append(f"{name} has no time zone; give it one, such as UTC")
    if not problems and not datetime(2000, 1, 1, tzinfo=UTC) <= settings.start:
        problems.append(f"start is {settings.start.isoformat()}; it must be 2000-01-01 or later")
    if not problems and settings.founded is not None and settings.founded > settings.start:
        problems.append("founded is after start; a bank cannot run before it exists")
    return problems
