"""Random streams with all that goes wrong: late, equal times, labels, reversals, hot keys."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from fraudstream.events import Kind
from tests.oracle.happening import Happening


@dataclass(frozen=True, slots=True)
class Weather:
    """How a stream behaves; shares are probabilities per event, times ms."""

    accounts: int = 3
    merchants: int = 2
    devices: int = 4
    step: int = 60_000
    late: float = 0.15
    too_late: float = 0.02
    equal: float = 0.2
    labels: float = 0.15
    reversals: float = 0.05
    early: float = 0.03
    lateness: int = 3_600_000
    missing: float = 0.1


def stream(chance: random.Random, count: int, weather: Weather) -> list[Happening]:
    """Events with arrivals that never decrease."""
    clock = 1_700_000_000_000
    events: list[Happening] = []
    known: list[Happening] = []
    for number in range(count):
        clock += 0 if chance.random() < weather.equal else chance.randrange(2 * weather.step)
        event = _transaction(chance, clock, number, weather)
        draw = chance.random()
        if known and draw < weather.labels:
            event = _about(chance, chance.choice(known[-200:]), clock, Kind.LABEL)
        elif known and draw < weather.labels + weather.reversals:
            event = _about(chance, chance.choice(known[-50:]), clock, Kind.REVERSAL)
        elif draw > 1 - weather.early:
            events.append(_about(chance, event, clock, chance.choice([Kind.LABEL, Kind.REVERSAL])))
        if event.kind is Kind.TRANSACTION:
            known.append(event)
        events.append(event)
    return events


def _about(chance: random.Random, event: Happening, clock: int, kind: Kind) -> Happening:
    return replace(event, kind=kind, arrival=clock, fraud=chance.choice([0, 1, 1]))


def _transaction(chance: random.Random, clock: int, number: int, weather: Weather) -> Happening:
    time = clock - chance.randrange(0, 2_000)
    if chance.random() < weather.late:
        time = clock - chance.randrange(weather.lateness)
    elif chance.random() < weather.too_late:
        time = clock - weather.lateness - chance.randrange(1, 3 * weather.lateness)
    elif chance.random() < weather.equal:
        time = clock
    texts = {
        "account_id": f"a{int(chance.random() ** 2 * weather.accounts)}",
        "merchant_id": f"m{chance.randrange(weather.merchants)}",
        "device_id": f"d{chance.randrange(weather.devices)}",
    }
    numbers = {
        "amount": chance.choice([0, 1, chance.randrange(50_000), 10**12]),
        "risk": chance.randrange(-100, 100),
        "lat": chance.randrange(-90_000_000, 90_000_001),
        "lon": chance.randrange(-180_000_000, 180_000_001),
    }
    for name in [n for n in texts if chance.random() < weather.missing]:
        del texts[name]
    for name in [n for n in ("risk", "lat") if chance.random() < weather.missing]:
        del numbers[name]
    codes = {} if chance.random() < weather.missing else {"channel": chance.randrange(3)}
    return Happening(
        time, number + 1, arrival=clock, texts=texts, numbers=numbers, codes=codes, content=number
    )
