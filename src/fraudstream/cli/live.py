"""The demo as it runs: a screen that is redrawn, or plain lines where there is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Console, Group
from rich.live import Live as Screen
from rich.text import Text

from fraudstream.cli.report import note
from fraudstream.cli.scored import ATTACK_HEAD, Figures, attack_rows, clock, microseconds, share
from fraudstream.cli.typed import typed
from fraudstream.wiring.demonstration import Live

__all__ = ["watch", "why"]

REDRAWN = 0.5
LINE_EVERY = 5.0
"""Seconds between two redrawings, two lines."""

_COLOURS = {"decline": "red", "review": "yellow"}


def watch(live: Live, duration: float | None) -> None:
    """Show it until ``duration`` seconds are over or its ``stop`` is set."""
    for text in live.notes:
        note(text)
    if sys.stderr.isatty():
        _redraw(live, duration)
    else:
        _say(live, duration)


def why(live: Live) -> str:
    """The command that explains the latest alert."""
    return typed("explain", live.alerts()[-1].transaction, home=live.prepared.demo.home)


def _turns(live: Live, duration: float | None, every: float) -> Iterator[None]:
    """A turn every so often, until the end."""
    left = duration or every
    while left > 0 and not live.stop.wait(min(every, left)):
        yield
        left = duration - live.seconds if duration is not None else every


def _say(live: Live, duration: float | None) -> None:
    told = False
    for _ in _turns(live, duration, LINE_EVERY):
        figures, alerts = live.figures(), live.alerts()
        note(_line(figures))
        if alerts and not told:
            told = True
            note(f"  the first alert came {figures['seconds_to_first_alert']} s after the command")
            note(f"  why?  {why(live)}")


def _line(figures: Figures) -> str:
    money, currency = figures["money"], figures["currency"]
    return (
        f"{clock(figures['seconds'])}  {figures['transactions']:,} transactions, "
        f"{figures['alerts']:,} alerts, caught {figures['fraud_caught']:,} of {figures['fraud']:,} "
        f"frauds, saved {money['saved']:,.0f} {currency}, missed {money['missed']:,.0f}, "
        f"good customers stopped {figures['good_customers_stopped']:,}"
    )


def _redraw(live: Live, duration: float | None) -> None:
    console = Console(stderr=True, highlight=False)
    with Screen(console=console, auto_refresh=False, transient=True) as screen:
        screen.update(_drawn(live), refresh=True)
        for _ in _turns(live, duration, REDRAWN):
            screen.update(_drawn(live), refresh=True)


def _drawn(live: Live) -> Group:
    figures = live.figures()
    lines = [*_head(live, figures), *_attacks(figures), *_alerts(live)]
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(*lines)


def _head(live: Live, figures: Figures) -> Iterator[Text]:
    demo, actions, money = live.prepared.demo, figures["actions"], figures["money"]
    latency, currency = figures["latency_us"], figures["currency"]
    good = figures["transactions"] - figures["fraud"]
    yield Text.assemble(
        ("fraudstream demo", "bold"),
        f"  simulated bank, trained on seed {demo.seed}, attacked by seed {demo.attack_seed}",
    )
    yield Text(
        f" running {clock(figures['seconds'])}  {figures['events_per_s']:,.0f} tx/s  "
        f"p50 {microseconds(latency['p50'])}  p99 {microseconds(latency['p99'])} in memory  "
        "Ctrl-C: scorecard"
    )
    counts = [(f"{name} {count:,}   ", _COLOURS.get(name, "")) for name, count in actions.items()]
    yield Text.assemble((" ACTIONS  ", "bold"), *counts)
    yield Text.assemble(
        (" MONEY    ", "bold"),
        (f"saved {money['saved']:,.0f} {currency}", "green"),
        f"   missed {money['missed']:,.0f} {currency} in "
        f"{figures['fraud'] - figures['fraud_caught']:,} of {figures['fraud']:,} frauds",
    )
    yield Text.assemble(
        (" HURT     ", "bold"),
        f"good customers stopped {figures['good_customers_stopped']:,} of "
        f"{figures['good_customers']:,}   good payments reviewed "
        f"{share(figures['good_transactions_reviewed'], good)}",
    )


def _attacks(figures: Figures) -> Iterator[Text]:
    yield Text(f" {'ATTACKS':<20}{'seen':>7}{'caught':>8}{'missed':>8}  {ATTACK_HEAD[-1]}", "bold")
    for name, seen, caught, missed, first in attack_rows(figures["attacks"]):
        yield Text(f"   {name:<18}{seen:>7,}{caught:>8,}{missed:>8,}  {first}")


def _alerts(live: Live) -> Iterator[Text]:
    alerts = live.alerts()
    yield Text(" LATEST ALERTS", "bold")
    for alert in alerts:
        colour = _COLOURS[alert.action]
        said = f" {alert.amount} {alert.transaction}  {alert.reason}"
        yield Text.assemble(f" {alert.time} ", (f"{alert.action:<7}", colour), said)
    if alerts:
        yield Text(f" Why?  {why(live)}")
