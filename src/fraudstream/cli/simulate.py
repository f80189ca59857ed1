"""``fraudstream simulate``: a reproducible stream of a simulated bank."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fraudstream.cli.options import seconds
from fraudstream.errors import UsageInvalid

if TYPE_CHECKING:
    from threading import Event

    from fraudstream.wiring.progress import Progress
    from fraudstream.wiring.simulating import Simulation

__all__ = ["simulate"]


FOUNDED = datetime(2026, 1, 5)
"""Streams of one bank with different starts have it in common."""


class Part(StrEnum):
    """Which side of the bank is shown."""

    BOTH = "both"
    NORMAL = "normal"
    ATTACK = "attack"


def simulate(
    part: Annotated[
        Part, typer.Argument(metavar="[normal|attack]", help="Only customers, or only attackers.")
    ] = Part.BOTH,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="A .jsonl, .csv or .parquet file to write."),
    ] = None,
    sink: Annotated[
        str | None,
        typer.Option("--sink", metavar="URL", help="kafka://HOST:9092/TOPIC: where events go."),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option("--rate", metavar="N", min=0.001, help="Live: transactions a second."),
    ] = None,
    days: Annotated[
        float | None, typer.Option("--days", metavar="N", help="Days of bank time. Default: 30")
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(
            "--duration", metavar="TIME", parser=seconds, help="Live: end after 30s, 5m, 1h."
        ),
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option("--start", metavar="DATE", formats=["%Y-%m-%d"], help="First day, UTC."),
    ] = None,
    customers: Annotated[
        int, typer.Option("--customers", metavar="N", help="How many the bank has.")
    ] = 2_000,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of bank and customers.")] = 1,
    attack_seed: Annotated[
        int | None, typer.Option("--attack-seed", metavar="N", help="Of attackers. Default: --seed")
    ] = None,
    attacks: Annotated[
        str | None, typer.Option("--attacks", metavar="A,B", help="Only these attacks.")
    ] = None,
    preset: Annotated[
        str, typer.Option("--preset", "-p", metavar="NAME", help="Message form: payments, classic.")
    ] = "payments",
    truth: Annotated[
        bool, typer.Option("--truth", help="Add is_fraud and attack to every transaction.")
    ] = False,
) -> None:
    """Write the transactions of a simulated bank and its attackers.

    Customers have habits, salaries, favourite merchants, devices; attackers
    follow named patterns: card_testing, bin_enumeration, stolen_card_spree,
    account_takeover, impossible_travel, ... Labels (chargebacks) and reversals
    come in the stream when they would have arrived. The same seed and options
    give the same bytes.

    With --sink kafka://... events are keyed by account; labels and profiles go
    to topics of their own (kafka.topics.labels and .profiles). With --rate each
    is dated when it is written, until Ctrl-C, and bank time runs as fast as its
    customers need for that rate; without, --days end now unless --start is said.

    Without --out it writes JSON lines to standard output; with --rate it does
    so live, on the wall clock, until Ctrl-C: bank time then starts a year ago
    and runs as fast as the rate needs. Customers and attackers can run as two
    producers: the same --seed, one with normal and one with attack.

    Examples:
      fraudstream simulate --days 60 --out history.parquet
      fraudstream simulate --start 2026-03-06 --attack-seed 2 --out later.parquet
      fraudstream simulate attack --attacks card_testing --out attacks.jsonl
      fraudstream simulate --rate 100 | fraudstream run --source - --sink -
      fraudstream simulate --rate 50 --sink kafka://localhost/raw_transactions
    """
    from fraudstream.cli.progress import show_progress
    from fraudstream.cli.report import note
    from fraudstream.cli.stopping import stop_on_signal
    from fraudstream.simulator import ATTACKS, Settings
    from fraudstream.wiring.simulating import Simulation, write_live, write_stretch

    _refuse_contradictions(rate, out, days, duration)
    _refuse_two_places(out, sink)
    start = start or (_so_long_ago(days or 30.0) if sink else FOUNDED)
    bank = Settings(
        seed=seed,
        attack_seed=attack_seed,
        customers=customers,
        days=days or 30.0,
        start=start.replace(tzinfo=UTC),
        founded=min(start, FOUNDED).replace(tzinfo=UTC),
        attacks=tuple(attacks.split(",")) if attacks else tuple(ATTACKS),
    )
    wanted = Simulation(bank, part.value, preset, truth)
    with stop_on_signal() as stop, show_progress() as progress:
        if sink is not None:
            events = _produce(wanted, sink, (rate, duration), stop, progress)
        elif rate is not None:
            events = write_live(wanted, rate, stop, duration)
        else:
            events = write_stretch(wanted, out, stop, progress)
    note(f"{events:,} events" + (f" in {out or sink}" if out or sink else ""))


def _produce(
    wanted: Simulation,
    sink: str,
    pace: tuple[float | None, float | None],
    stop: Event,
    progress: Progress,
) -> int:
    from fraudstream.config import load
    from fraudstream.wiring.producing import Producer

    producer = Producer(wanted, sink, load().settings.kafka)
    rate, duration = pace
    if rate is None:
        return producer.write_stretch(stop, progress)
    return producer.write_live(rate, stop, progress, duration)


def _so_long_ago(days: float) -> datetime:
    """A stretch of so many days from then on ends now."""
    return datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)


def _refuse_two_places(out: Path | None, sink: str | None) -> None:
    if sink is not None and not sink.startswith("kafka://"):
        raise UsageInvalid(f"{sink} is not a URL of Kafka", advice="Name a file with --out.")
    if out is not None and sink is not None:
        raise UsageInvalid("--out and --sink are two places", advice="Leave out one of them.")


def _refuse_contradictions(
    rate: float | None, out: Path | None, days: float | None, duration: float | None
) -> None:
    if rate is not None and (out is not None or days is not None):
        raise UsageInvalid(
            "--rate is live and goes to standard output or --sink; --out and --days are not",
            advice="Leave out --rate, or leave out --out and --days.",
        )
    if rate is None and duration is not None:
        raise UsageInvalid("--duration ends a live stream", advice="Give --rate, or --days.")
