"""What is measured: a preset of 60 features, a simulated bank's messages, a model trained on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.events import NO_TIMESTAMP, Lines, Records
from fraudstream.pipeline import Extractor, State, extract
from fraudstream.schema import Preset, builtin_file, builtin_text, read_preset
from fraudstream.scoring import Model
from fraudstream.simulator import Settings as Bank
from fraudstream.simulator import encode_json, stream
from fraudstream.training import Dataset, Settings, collect, train
from fraudstream.wiring.building import Deciding, deciding

__all__ = [
    "BATCH",
    "KEY",
    "LATER",
    "TREES",
    "Messages",
    "Workload",
    "bench_preset",
    "bench_preset_text",
    "cold_preset_text",
    "crowd",
    "warmed",
    "workload",
]

BATCH = 8192
TREES = Settings(trees=200, learning_rate=0.05, leaves=64, depth=6, bins=255, threads=1)
LATER = 4_000_000_000_000
"""UTC ms that no simulated event reaches."""

KEY = bytes(range(16))
_HISTORY_DAYS = 40.0
_OTHER_ATTACKERS = 77
FRAUD_SHARE = 0.001
"""About what card payments have."""
_REVIEWS = 30
"""A day: half a percent of what 2,000 customers do."""

_FEATURES = """
inputs = ["amount"]

[[features]]
entity = ["account", "card", "merchant", "device"]
windows = ["10m", "1h", "24h", "7d", "30d"]
aggregates = ["count", "sum(amount)", "max(amount)"]
"""


def bench_preset(text: str | None = None) -> Preset:
    """The payments preset with 4 entities x 5 windows x count, sum and max as its features."""
    files = {"rates.csv": builtin_file("rates.csv")}
    return read_preset(text or bench_preset_text(), "bench.toml", files)


def bench_preset_text() -> str:
    """The same as its file."""
    text = builtin_text("payments")
    begin, end = text.index("inputs = ["), text.index("[input]")
    inputs, features = _FEATURES.split("\n\n", 1)
    head = text[:begin] + inputs + "\n" + text[end : text.index("[filters]")]
    labels = text[text.index("[labels]") :].replace(
        "reviews_per_day = 200", f"reviews_per_day = {_REVIEWS}"
    )
    return f"{head}{features}\n{labels}".replace('name = "payments"', 'name = "bench"')


def cold_preset_text() -> str:
    """The same for a state that begins empty: alerts are as rare as in production, about 1 in 100.

    The model has never seen a bank all of whose customers are new, and would suspect many of them;
    so alerts cost more.
    """
    told = "false_decline = 8.00, review = 3.00"
    return bench_preset_text().replace(told, "false_decline = 1000, review = 200")


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages in one buffer, as a file source hands them over."""

    lines: Lines

    @classmethod
    def of(cls, text: bytes) -> Messages:
        """The lines of a text that ends with a line end."""
        data = np.frombuffer(text, np.uint8)
        ends = np.flatnonzero(data == ord("\n"))
        return cls(Lines(data, np.concatenate([[0], ends[:-1] + 1]), ends))

    def __len__(self) -> int:
        return len(self.lines)

    def records(self, first: int, end: int) -> Records:
        """Some of them as a batch."""
        rows = slice(first, end)
        lines = Lines(self.lines.data, self.lines.starts[rows], self.lines.ends[rows])
        count = len(lines)
        return Records(
            source="bench",
            payload=lines,
            partitions=np.zeros(count, np.int32),
            offsets=self.lines.starts[rows],
            timestamps=np.full(count, NO_TIMESTAMP, np.int64),
        )

    def batches(self, size: int = BATCH) -> Iterator[Records]:
        """All of them, in batches."""
        for first in range(0, len(self), size):
            yield self.records(first, min(first + size, len(self)))


@dataclass(frozen=True, slots=True)
class Workload:
    """Transactions of the past and of the present, and what decides them.

    ``matrix`` and ``frauds`` are what was learned from, for the other libraries to learn from too.
    """

    preset: Preset
    program: Deciding
    model: Model
    past: Messages
    present: Messages
    matrix: NDArray[np.float32]
    frauds: NDArray[np.int8]


def workload(
    customers: int, count: int, trees: Settings = TREES, fraud_share: float = FRAUD_SHARE
) -> Workload:
    """Simulate a bank, learn from 40 days of it, and go on with attackers it never met."""
    bank = Bank(customers=customers, days=_HISTORY_DAYS, fraud_share=fraud_share, settle=False)
    preset = bench_preset()
    extractor = Extractor.of(preset, KEY)
    dataset = _dataset(extractor, Messages.of(b"".join(map(encode_json, stream(bank)))))
    model = train(dataset, preset.costs, trees, lambda stage, done, total: None)
    days = 1.0 + 1.2 * count / bank.per_day
    known = dataset.known_by(dataset.end)
    return Workload(
        preset=preset,
        program=deciding(preset, KEY, model),
        model=model,
        past=_transactions(bank),
        present=_transactions(bank.continued(days, _OTHER_ATTACKERS), count),
        matrix=dataset.matrix[known >= 0],
        frauds=known[known >= 0],
    )


def crowd(count: int) -> Messages:
    """Transactions of so many customers that each of them pays about once in a measurement.

    A few customers who pay thousands of times a second would all be alerts.
    """
    bank = Bank(customers=max(1000, count // 2), days=1.0, fraud_share=FRAUD_SHARE, settle=False)
    return _transactions(bank, count)


def warmed(work: Workload) -> State:
    """The state after the past."""
    extractor = work.program.pipeline.extractor
    state = State.empty(extractor)
    for records in work.past.batches():
        extract(extractor, state, records, LATER)
    return state


def _dataset(extractor: Extractor, messages: Messages) -> Dataset:
    state = State.empty(extractor)
    return collect(extractor, (extract(extractor, state, r, LATER) for r in messages.batches()))


def _transactions(bank: Bank, most: int | None = None) -> Messages:
    """Transactions alone: the Python peer knows nothing of labels, reversals and profiles."""
    text = b"".join(encode_json(chunk.transactions()) for chunk in stream(bank))
    messages = Messages.of(text)
    if most is None:
        return messages
    lines = messages.lines
    return Messages(Lines(lines.data, lines.starts[:most], lines.ends[:most]))
