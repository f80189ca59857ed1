"""Measures the service: Kafka to decision to Kafka, and Kafka to PostgreSQL.

python -m bench.kafka [--seconds N] [--rates 1000,5000,20000] [--out FILE]
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg

from bench.kafka.consuming import Reading
from bench.kafka.producing import Pace, body, producer_of, send
from bench.kafka.serving import Bank, Service
from bench.report import merge
from bench.workload import cold_preset_text, crowd, workload

GUARANTEES = ("at_least_once", "exactly_once")
PARTITIONS = 3
WARM_UP = 3.0
"""Seconds of load before a measurement: pages, connections, branch predictors."""

WARMING = 15.0
"""Seconds of load before the first one, in which the broker's Java compiles itself."""


def latencies(service: Service, bank: Bank, rates: list[float], seconds: float) -> Figures:
    """p50 and p99 in ms from due to readable at each rate: of an echo, and in each guarantee."""
    figures: dict[str, float] = {}
    _latency(service, bank, "echo", Pace(max(rates), WARMING))
    for rate in rates:
        for way in ("echo", *GUARANTEES):
            p50, p99 = _latency(service, bank, way, Pace(rate, seconds))
            figures |= {f"{way}_{rate:.0f}_p50_ms": p50, f"{way}_{rate:.0f}_p99_ms": p99}
            tell(f"{way} at {rate:,.0f} events/s: p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    return figures


def sustained(service: Service, bank: Bank, count: int) -> Figures:
    """Events a second from a full topic into PostgreSQL."""
    topic, _ = service.topics(PARTITIONS)
    database = service.database()
    _fill(service, bank, topic, count)
    with service.engine(bank, topic, database, {}), psycopg.connect(database) as session:
        session.autocommit = True
        marks = list(_counted(session, count))
    (begun, first), (ended, last) = marks[0], marks[-1]
    return {"kafka_to_postgres_events_per_s": (last - first) / (ended - begun)}


Figures = dict[str, float]


def _latency(service: Service, bank: Bank, way: str, pace: Pace) -> tuple[float, float]:
    raw, decisions = service.topics(PARTITIONS)
    with _between(service, bank, raw, decisions, way):
        _load(service, bank, raw, decisions, Pace(pace.rate, WARM_UP))
        found = _load(service, bank, raw, decisions, pace)
    return float(np.percentile(found, 50)), float(np.percentile(found, 99))


def _between(
    service: Service, bank: Bank, raw: str, decisions: str, way: str
) -> AbstractContextManager[object]:
    if way == "echo":
        return service.echo(raw, decisions)
    sink = f"kafka://{service.kafka.bootstrap}/{decisions}"
    return service.engine(bank, raw, sink, {"FRAUDSTREAM_KAFKA__GUARANTEE": way})


def _load(service: Service, bank: Bank, raw: str, decisions: str, pace: Pace) -> np.ndarray:
    reading = Reading(service.kafka.bootstrap, decisions, pace.count)
    producing = subprocess.Popen(
        [
            *(sys.executable, "-m", "bench.kafka.producing", service.kafka.bootstrap, raw),
            *(str(bank.messages), str(pace.rate), str(pace.count / pace.rate)),
        ],
        stdout=subprocess.PIPE,
    )
    assert producing.stdout
    begun = int(producing.stdout.readline())
    found = reading.latencies(begun, pace.rate)
    producing.wait()
    return found


def _fill(service: Service, bank: Bank, topic: str, count: int) -> None:
    producer = producer_of(service.kafka.bootstrap)
    bodies = [body(line) for line in bank.messages.read_bytes().splitlines()]
    long_ago = time.time_ns() - int(1e12)
    send(producer, topic, bodies, long_ago, Pace(count / 100, 100))


def _counted(session: psycopg.Connection, count: int) -> Iterator[tuple[float, int]]:
    """Times at which more rows were there, from the first ones to the last."""
    seen = 0
    while seen < count:
        row = session.execute(
            "select sum(transactions)::bigint from transactions_minutes"
        ).fetchone()
        if row and (row[0] or 0) > seen:
            seen = row[0]
            yield time.monotonic(), seen
        time.sleep(0.05)


def tell(text: str) -> None:
    """What is going on, on standard error."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Start the servers, measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m bench.kafka", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    parser.add_argument("--rates", default="1000,5000,20000", help="events a second")
    parser.add_argument("--events", type=int, default=200_000, help="from Kafka to PostgreSQL")
    parser.add_argument("--out", type=Path, default=Path("reports/kafka.json"))
    given = parser.parse_args()
    rates = [float(rate) for rate in given.rates.split(",")]
    tell("simulating a bank and learning from 40 days of it")
    work = workload(2000, 1)
    messages = crowd(int(max(given.events, max(rates) * max(given.seconds, WARM_UP))))
    lines = b"\n".join(messages.lines.raw(row) for row in range(len(messages)))
    gc.freeze()  # else a collection by whoever notes the arrivals goes through all of this
    with TemporaryDirectory() as name, Service(Path(name)) as service:
        bank = Bank.of(Path(name), cold_preset_text(), work, lines)
        tell("one engine between Kafka and Kafka")
        figures = latencies(service, bank, rates, given.seconds)
        tell("one engine between Kafka and PostgreSQL")
        figures |= sustained(service, bank, given.events)
    merge(figures, given.out)
    print("\n".join(f"{name:<36}{value:>12,.2f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
