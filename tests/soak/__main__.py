"""The kernel against brute force, and engines against SIGKILL, for as long as it takes.

    python -m tests.soak [--minutes M] [--seed N] [--out FILE]

Ends after ten million comparisons, a thousand kills of engines on files and a thousand of engines
between Kafka and PostgreSQL, or after so many minutes if they are given, a third of them for each.
Fails unless every comparison agreed and no kill lost, doubled or changed a decision.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from fraudstream.stack import Kafka, Postgres
from tests.soak.comparing import Compared, compare

COMPARISONS = 10_000_000
KILLS = 1_000
TRIALS = ("decisions-moments", "any-moment", "decisions-calls", "pipe", "store-moments")
SERVICE_TRIALS = ("database", "copies", "kafka")
WRONG = ("mismatches", "lost", "doubled", "different")
KEYS = ("comparisons", "mismatches", "trials", "kills", *WRONG[1:])
SERVICE_KEYS = ("kills", "leaders_killed", "leaders_paused", "decisions", "rejects", *WRONG[1:])
ROOT = Path(__file__).parents[2]
SAID_EVERY = 20.0


def comparisons(seed: int, seconds: float) -> Counter[str]:
    """Compare streams of ``seed``, ``seed + 1``, ... on all cores."""
    report = Counter(comparisons=0, mismatches=0)
    seeds, until, said = itertools.count(seed), monotonic() + seconds, monotonic()
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        running: set[Future[Compared]] = {
            workers.submit(compare, next(seeds)) for _ in range(2 * (os.cpu_count() or 1))
        }
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                _count(report, one.result())
                if report["comparisons"] < COMPARISONS and monotonic() < until:
                    running.add(workers.submit(compare, next(seeds)))
            if monotonic() - said > SAID_EVERY:
                said = monotonic()
                _tell(f"{report['comparisons']:,} comparisons, {report['mismatches']} mismatches")
    return report


def kills(seed: int, seconds: float) -> Counter[str]:
    """Run the trials of tests.recovery, one after the other, with ever new seeds."""
    report = Counter(trials=0, kills=0, lost=0, doubled=0, different=0)
    until = monotonic() + seconds
    for number in itertools.count():
        if report["kills"] >= KILLS or monotonic() >= until:
            return report
        trial = TRIALS[number % len(TRIALS)]
        report.update(_trial("trials", (trial,), seed + number // len(TRIALS)))
        _tell(f"{report['kills']:,} kills, {report['trials']} engines brought to their end")
    return report


def service_kills(seed: int, seconds: float) -> Counter[str]:
    """Run the trials of tests.recovery.service, one after the other, on servers started here."""
    report = Counter(dict.fromkeys(SERVICE_KEYS, 0))
    until = monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder, servers(Path(folder)) as (kafka, postgres):
        for number in itertools.count():
            if report["kills"] >= KILLS or monotonic() >= until:
                break
            kind, database = SERVICE_TRIALS[number % 3], postgres.create_database(f"t{number}")
            where = (kind, kafka.bootstrap, database)
            report.update(_trial("service", where, seed + number))
            _tell(f"{report['kills']:,} kills, {report['leaders_killed']:,} of them of leaders")
    return report


@contextmanager
def servers(folder: Path) -> Iterator[tuple[Kafka, Postgres]]:
    """A broker and a database that live as long as the trials."""
    folder.chmod(0o711)  # the database's own user passes through
    kafka, postgres = Kafka(folder / "kafka"), Postgres(folder / "postgres")
    try:
        kafka.start()
        postgres.start()
        yield kafka, postgres
    finally:
        kafka.kill()
        postgres.remove()


def _count(report: Counter[str], compared: Compared) -> None:
    report["comparisons"] += compared.comparisons
    report["mismatches"] += compared.mismatches
    if compared.mismatches:
        _tell(f"--seed {compared.seed} differs: {compared.example}")


def _trial(module: str, words: Sequence[str], seed: int) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        program = [sys.executable, "-m", f"tests.recovery.{module}"]
        command = [*program, *words, folder, str(seed)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"soak: {module} {words[0]} with seed {seed} failed:\n{done.stderr}")
    found: dict[str, int] = json.loads(done.stdout)
    return found


def _tell(text: str) -> None:
    print(f"soak: {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Compare, kill, print, write; 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, help="end after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("reports/soak.json"))
    given = parser.parse_args()
    seconds = float("inf") if given.minutes is None else 20.0 * given.minutes
    report = comparisons(given.seed, seconds) + kills(given.seed, seconds)
    service = service_kills(given.seed, seconds)
    figures = {**{key: report[key] for key in KEYS}, "service": dict(service)}
    text = json.dumps(figures, indent=2)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(text + "\n", encoding="utf-8")
    print(text)
    return int(any(report[key] or service[key] for key in WRONG))


if __name__ == "__main__":
    sys.exit(main())
