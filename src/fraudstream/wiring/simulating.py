"""The simulated bank, written to a file at once or live to standard output."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import IO, TYPE_CHECKING

from fraudstream.errors import Problem, StorageFailed, UsageInvalid
from fraudstream.simulator import (
    Chunk,
    Settings,
    Who,
    classic_to_arrow,
    encode_classic,
    encode_json,
    stream,
    to_arrow,
)
from fraudstream.wiring.progress import Progress
from fraudstream.wiring.writing import open_for_writing

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Simulation", "write_live", "write_stretch"]

DAY_MS = 86_400_000
PER_SECOND = 10
"""Chunks a second of a live stream."""

HEAD_START = timedelta(days=365)
"""A live bank's time runs faster than the clock: it starts so long ago and ends when it is now."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What is to be written: which bank, which part of it, in which form."""

    bank: Settings
    who: Who = "both"
    preset: str = "payments"
    truth: bool = False

    def __post_init__(self) -> None:
        """Refuse what a form cannot carry."""
        if self.preset not in ("payments", "classic"):
            raise UsageInvalid(
                f'the simulator writes no "{self.preset}" messages',
                advice="Name payments or classic.",
            )
        if self.preset == "classic" and self.truth:
            raise UsageInvalid(
                "the classic message has no place for the truth",
                advice="Leave out --truth, or write payments messages.",
            )

    def shown(self, chunk: Chunk) -> Chunk:
        """What of a chunk the form has a place for."""
        return chunk.transactions() if self.preset == "classic" else chunk

    def lines(self, chunk: Chunk) -> bytes:
        """Events as JSON lines."""
        if self.preset == "classic":
            return encode_classic(chunk)
        return encode_json(chunk, truth=self.truth)

    def columns(self, chunk: Chunk) -> pa.RecordBatch:
        """Events as a table."""
        if self.preset == "classic":
            return classic_to_arrow(chunk)
        return to_arrow(chunk, truth=self.truth)


def write_stretch(wanted: Simulation, out: Path | None, stop: Event, progress: Progress) -> int:
    """Write the whole stretch to a file, or to standard output without one; returns the events.

    The kind of file follows from its ending. Ends early, with what is written whole, once ``stop``
    is set.
    """
    written = 0
    with _written_to(wanted, out) as write:
        for chunk in stream(wanted.bank, wanted.who):
            if stop.is_set():
                break
            write(chunk)
            written += len(chunk)
            progress("simulating, days", *_days(wanted.bank, chunk))
    return written


def write_live(wanted: Simulation, rate: float, stop: Event, duration: float | None = None) -> int:
    """Write ``rate`` transactions a second to standard output, by the clock; returns the events.

    The bank's own time runs as much faster as its customers need for that rate. What is no
    transaction (profiles, labels) comes with the next one.
    """
    ago = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - HEAD_START
    founded = min(ago, wanted.bank.founded or ago)
    bank = replace(wanted.bank, start=ago, founded=founded, days=HEAD_START.days, settle=False)
    size = max(1, round(rate / PER_SECOND))
    begun, paced, written = time.monotonic(), 0, 0
    for chunk in stream(bank, wanted.who, rows_per_chunk=size):
        due = paced / rate
        if duration is not None and due >= duration:
            break
        if stop.wait(max(0.0, begun + due - time.monotonic())):
            break
        _to_stdout(wanted.lines(chunk))
        paced += int(chunk.is_transaction.sum())
        written += len(chunk)
    return written


def _days(bank: Settings, chunk: Chunk) -> tuple[int, int]:
    done = (int(chunk.rows["at"][-1]) - bank.start_ms) // DAY_MS
    total = round(bank.days or 0)
    return min(done, total), total


@contextmanager
def _written_to(wanted: Simulation, out: Path | None) -> Iterator[Callable[[Chunk], None]]:
    if out is None:
        yield lambda chunk: _to_stdout(wanted.lines(chunk))
    elif out.suffix == ".jsonl":
        with _opened(out) as file:
            yield lambda chunk: _append(file, wanted.lines(chunk))
    elif out.suffix in (".csv", ".parquet"):
        with open_for_writing(out) as write:
            yield lambda chunk: write(wanted.columns(chunk))
    else:
        raise UsageInvalid(
            f"{out}: no kind of file is known by this ending",
            advice="Name a file that ends in .jsonl, .csv or .parquet.",
        )


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("wb")
    except OSError as error:
        raise StorageFailed(
            f"{path} cannot be written", [Problem(error.strerror or str(error), str(path))]
        ) from error


def _append(file: IO[bytes], lines: bytes) -> None:
    file.write(lines)


def _to_stdout(lines: bytes) -> None:
    sys.stdout.buffer.write(lines)
    sys.stdout.buffer.flush()
