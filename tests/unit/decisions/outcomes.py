"""Made-up outcomes for tests: any ids, amounts, times and flags, without decoding or a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.decisions.decide import Decider, decide
from fraudstream.decisions.outcome import Outcome, Versions
from fraudstream.decisions.policy import Policy
from fraudstream.decisions.reasons import Vocabulary
from fraudstream.events import MISSING, EventBatch, Kind, Reject, Spans
from fraudstream.schema import (
    Aggregate,
    Costs,
    Currency,
    Field,
    FieldType,
    Function,
    Input,
    InputFunction,
    InputSpec,
    LabelSpec,
    Preset,
    layout_of,
)

DAY = 86_400_000
NOON = 1_795_525_205_120  # 2026-11-24T13:00:05.120Z

PRESET = Preset(
    name="small",
    input=InputSpec(kind="kind"),
    currency=Currency("EUR", {"EUR": 2, "JPY": 0, "KWD": 3}),
    fields=(
        Field("transaction_id", ("transaction_id",), FieldType.TEXT, required=True),
        Field("account_id", ("account_id",), FieldType.TEXT),
        Field("event_time", ("event_time",), FieldType.TIME, required=True),
        Field("amount", ("amount",), FieldType.MONEY, required=True, currency="currency"),
        Field("currency", ("currency",), FieldType.TEXT),
        Field("country", ("country",), FieldType.COUNTRY),
        Field("channel", ("channel",), FieldType.ENUM, values=("pos", "ecom")),
        Field("shop_note", ("shop_note",), FieldType.TEXT),
        Field("reason_code", ("reason_code",), FieldType.TEXT),
        Field("lat", ("lat",), FieldType.NUMBER, decimals=6),
        Field("signup_time", ("signup_time",), FieldType.TIME),
    ),
    entities=(("account", ("account_id",)),),
    filters=(),
    inputs=(Input("amount", InputFunction.NUMBER, field="amount"),),
    features=(
        Aggregate("account_count_1h", "account", Function.COUNT, 3_600_000),
        Aggregate("account_amount_mean_24h", "account", Function.MEAN, DAY, field="amount"),
    ),
    labels=LabelSpec(known_after=7 * DAY),
    costs=Costs(1.0, false_decline=800, review=300),
)
VERSIONS = Versions(kernel="0.1.0", features="a81c09d2", model="7", policy="c01d77ab")


@dataclass(frozen=True)
class Row:
    """One event in a test's words."""

    transaction_id: str | None = "tx_1"
    account_id: str | None = "acc_1"
    event_time: int = NOON
    amount: int = 51_230
    currency: str = "EUR"
    kind: Kind = Kind.TRANSACTION
    arrival: int = NOON
    fraud: int = -1
    known_at: int = MISSING
    texts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    partition: int = 0
    offset: int = 0


def batch_of(rows: Sequence[Row], preset: Preset = PRESET) -> EventBatch:
    """The rows as columns."""
    layout = layout_of(preset)
    numbers = np.full((len(rows), len(layout.numbers)), MISSING, np.int64)
    for i, row in enumerate(rows):
        numbers[i, 0] = row.amount
        for name, value in row.numbers.items():
            numbers[i, layout.numbers.index(name)] = value
    return EventBatch(
        kinds=np.array([row.kind for row in rows], np.uint8),
        event_times=np.array([row.event_time for row in rows], np.int64),
        arrivals=np.array([row.arrival for row in rows], np.int64),
        ids=np.zeros((len(rows), 2), np.uint64),
        contents=np.zeros(len(rows), np.uint64),
        hashes=np.zeros((len(rows), len(layout.hashed), 2), np.uint64),
        numbers=numbers,
        codes=np.full((len(rows), len(layout.enums)), -1, np.int16),
        frauds=np.array([row.fraud for row in rows], np.int8),
        known_ats=np.array([row.known_at for row in rows], np.int64),
        amounts=np.array([row.amount for row in rows], np.int64),
        currencies=np.array([layout.currencies.index(row.currency) for row in rows], np.int16),
        texts=_spans(rows, layout.texts),
        partitions=np.array([row.partition for row in rows], np.int32),
        offsets=np.array([row.offset for row in rows], np.int64),
    )


def _spans(rows: Sequence[Row], names: tuple[str, ...]) -> Spans:
    starts = np.full((len(rows), len(names)), -1, np.int64)
    ends = np.full((len(rows), len(names)), -1, np.int64)
    data = bytearray()
    for i, row in enumerate(rows):
        said = {"transaction_id": row.transaction_id, "account_id": row.account_id, **row.texts}
        for column, name in enumerate(names):
            text = said.get(name)
            if text is not None:
                starts[i, column] = len(data)
                data += text.encode()
                ends[i, column] = len(data)
    return Spans(np.frombuffer(bytes(data), np.uint8), starts, ends)


@dataclass(frozen=True)
class Extract:
    """A batch with features, as the pipeline would hand it to the decisions."""

    source: str
    events: EventBatch
    others: EventBatch
    matrix: NDArray[np.float64]
    flags: NDArray[np.uint8]
    coverage: NDArray[np.float64]
    decoded: EventBatch
    rejects: tuple[Reject, ...] = ()


class FixedScorer:
    """Scores are given; the second feature explains every one of them."""

    version = "7"
    feature_names = PRESET.feature_names

    def score(self, matrix: NDArray[np.float64]) -> NDArray[np.int64]:
        raise AssertionError("tests give scores themselves")

    def explain(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        contributions = np.zeros_like(matrix)
        contributions[:, 1] = 1.8249
        return contributions


def phrase(feature: Aggregate | Input, value: float | None, usual: float | None) -> str:
    """Words for a feature, simple enough to expect in a test."""
    return f"{feature.name} is {value}; usually {usual}"


def decider_of(preset: Preset = PRESET, versions: Versions = VERSIONS) -> Decider:
    """A decider with made-up explanations."""
    features: tuple[Input | Aggregate, ...] = (*preset.inputs, *preset.features)
    vocabulary = Vocabulary(features, tuple([1.0] * len(features)), phrase)
    return Decider(Policy.of(preset.costs), FixedScorer(), vocabulary, versions)


def outcome_of(
    rows: Sequence[Row],
    scores: Sequence[int],
    *,
    others: Sequence[Row] = (),
    rejects: Sequence[Reject] = (),
    source: str = "raw_transactions",
    preset: Preset = PRESET,
) -> Outcome:
    """Decisions for the rows, in order, with the given scores in millionths."""
    events = batch_of(rows, preset)
    matrix = np.full((len(rows), len(preset.feature_names)), np.nan)
    matrix[:, 1] = 6.0
    extract = Extract(
        source=source,
        events=events,
        others=batch_of(others, preset),
        matrix=matrix,
        flags=np.zeros(len(rows), np.uint8),
        coverage=np.ones(len(rows)),
        decoded=batch_of([*rows, *others], preset),
        rejects=tuple(rejects),
    )
    return decide(decider_of(preset), extract, np.array(scores, np.int64))


def with_flags(outcome: Outcome, flags: int, coverage: float) -> Outcome:
    """The same outcome under other circumstances, the same for all rows."""
    n = len(outcome)
    return replace(outcome, flags=np.full(n, flags, np.uint8), coverage=np.full(n, coverage))
