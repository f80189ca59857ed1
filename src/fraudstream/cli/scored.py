"""What a demo was worth, in words: the scorecard at its end, and the parts its screen shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fraudstream.cli.report import table

__all__ = ["attack_rows", "clock", "microseconds", "ordinal", "scorecard", "share"]

Figures = Mapping[str, Any]

ATTACK_HEAD = ("attack", "seen", "caught", "missed", "first caught after")


def scorecard(figures: Figures) -> str:
    """A demo's figures as text, what it missed and whom it hurt beside what it caught."""
    lines = [f"{name:<9}{text}" for name, text in _rows(figures)]
    return "\n".join([*lines, "", table(ATTACK_HEAD, attack_rows(figures["attacks"]))])


def _rows(figures: Figures) -> Iterator[tuple[str, str]]:
    transactions, alerts, fraud, caught = (
        figures[name] for name in ("transactions", "alerts", "fraud", "fraud_caught")
    )
    good, latency, money = transactions - fraud, figures["latency_us"], figures["money"]
    worth, currency = money["saved"] + money["missed"], figures["currency"]
    declined = figures["good_transactions_declined"]
    reviewed = figures["good_transactions_reviewed"]
    yield (
        "ran",
        f"{clock(figures['seconds'])} for {transactions:,} transactions, "
        f"{figures['events_per_s']:,.0f} a second",
    )
    yield (
        "decided",
        f"in {microseconds(latency['p50'])} (p50), {microseconds(latency['p99'])} (p99), "
        f"{microseconds(latency['p999'])} (p99.9), in memory",
    )
    yield "actions", ", ".join(f"{name} {count:,}" for name, count in figures["actions"].items())
    yield (
        "caught",
        f"{caught:,} of {fraud:,} frauds ({share(caught, fraud)}), "
        f"with {alerts:,} alerts, {share(caught, alerts)} of them right",
    )
    yield (
        "money",
        f"saved {money['saved']:,.0f} {currency} ({share(money['saved'], worth)}), "
        f"missed {money['missed']:,.0f} {currency}",
    )
    yield (
        "hurt",
        f"good payments declined {declined:,} ({share(declined, good)}), "
        f"reviewed {reviewed:,} ({share(reviewed, good)});",
    )
    yield (
        "",
        f"good customers with a payment declined {figures['good_customers_stopped']:,} "
        f"of {figures['good_customers']:,}",
    )


def attack_rows(attacks: Mapping[str, Figures]) -> list[Sequence[object]]:
    """A row for each attack: seen, caught, missed, and when in its course it was first caught."""
    return [
        (
            name,
            attack["transactions"],
            attack["caught"],
            attack["transactions"] - attack["caught"],
            _first(attack["first_caught_after"]),
        )
        for name, attack in attacks.items()
    ]


def _first(place: float | None) -> str:
    return "not caught yet" if place is None else f"{ordinal(round(place))} transaction"


def ordinal(number: int) -> str:
    """A place in English.

    >>> [ordinal(number) for number in (1, 2, 3, 4, 11, 21, 112)]
    ['1st', '2nd', '3rd', '4th', '11th', '21st', '112th']
    """
    teens = number % 100 in (11, 12, 13)
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def share(part: float, whole: float) -> str:
    """A share in percent, with more digits where it is small.

    >>> share(83, 100), share(19, 41_000), share(1, 41_000), share(0, 41_000), share(0, 0)
    ('83 %', '0.05 %', 'under 0.01 %', '0 %', '-')
    """
    if not whole:
        return "-"
    percent = 100 * part / whole
    if 0 < percent < 0.01:
        return "under 0.01 %"
    return f"{percent:.0f} %" if percent >= 10 or not part else f"{percent:.2g} %"


def microseconds(us: float) -> str:
    """A latency as people read it.

    >>> microseconds(31.2), microseconds(5_310.0)
    ('31 us', '5.3 ms')
    """
    return f"{us:,.0f} us" if us < 1000 else f"{us / 1000:,.1f} ms"


def clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> clock(42.9), clock(3_723)
    ('00:42', '62:03')
    """
    return f"{int(seconds) // 60:02}:{int(seconds) % 60:02}"
