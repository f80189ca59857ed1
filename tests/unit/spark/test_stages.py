"""However events are spread over doors, buckets and outputs, the bits are the pipeline's."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.spark.logs import KEY, Message, random_log, random_preset, records_of
from tests.unit.spark.spreading import Spreading

from fraudstream.events import NO_TIMESTAMP, EventBatch
from fraudstream.pipeline import Extracted, State, extract
from fraudstream.spark.flow import Flow, Spread

BELIEVED = 1_701_000_000_000


def facts(extracted: Extracted) -> dict[tuple[int, int], Any]:
    """What is known of each transaction, as bytes."""
    rows = zip(
        extracted.events.partitions.tolist(),
        extracted.events.offsets.tolist(),
        extracted.events.arrivals.tolist(),
        [row.tobytes() for row in np.nan_to_num(extracted.matrix, nan=-1e300)],
        extracted.flags.tolist(),
        extracted.coverage.tolist(),
        strict=True,
    )
    return {(partition, offset): rest for partition, offset, *rest in rows}


def acts(others: EventBatch) -> list[tuple[int, ...]]:
    columns = (others.partitions, others.offsets, others.arrivals, others.kinds, others.frauds)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def require_same(whole: Extracted, parts: Sequence[Extracted]) -> None:
    together: dict[tuple[int, int], Any] = {}
    for part in parts:
        together |= facts(part)
    assert sum(len(part.events) for part in parts) == len(whole.events)
    assert together == facts(whole)
    assert sorted(act for part in parts for act in acts(part.others)) == acts(whole.others)
    rejects = sorted(
        (r for part in parts for r in part.rejects), key=lambda r: (r.partition, r.offset)
    )
    assert tuple(rejects) == whole.rejects


def batches(chance: random.Random, log: list[Message]) -> list[list[Message]]:
    cuts = sorted(chance.sample(range(1, len(log)), min(len(log) - 1, chance.randrange(1, 6))))
    return [log[a:b] for a, b in zip([0, *cuts], [*cuts, len(log)], strict=True)]


def compare(chance: random.Random, flow: Flow, log: list[Message], stamped: bool = True) -> None:
    """Batch by batch, the pipeline in one piece and spread."""
    whole = flow.extractor
    state, spreading, as_of = State.empty(whole), Spreading(flow), 0
    for messages in batches(chance, log):
        records = records_of(messages)
        if not stamped:
            records = replace(records, timestamps=np.full(len(records), NO_TIMESTAMP))
        as_of = max([as_of, *(m.timestamp for m in messages if m.timestamp < BELIEVED)])
        expected = extract(whole, state, records, as_of)
        require_same(expected, spreading.extract(records, as_of))


def random_spread(chance: random.Random) -> Spread:
    return Spread(chance.randrange(1, 5), chance.randrange(1, 7), chance.randrange(1, 4))


seeds, counts = st.integers(0, 2**32), st.integers(5, 150)


@settings(max_examples=60)
@given(seeds, counts, st.integers(1, 4))
def test_spread_over_any_places_everything_is_as_in_one(seed: int, count: int, logs: int) -> None:
    chance = random.Random(seed)
    flow = Flow(random_preset(chance), KEY, random_spread(chance))
    compare(chance, flow, random_log(chance, count, logs))


@settings(max_examples=30)
@given(seeds, counts)
def test_labels_that_transactions_carry_become_known_as_in_one(seed: int, count: int) -> None:
    chance = random.Random(seed)
    flow = Flow(random_preset(chance, carried=True), KEY, random_spread(chance))
    compare(chance, flow, random_log(chance, count, 1))


@settings(max_examples=30)
@given(seeds, counts, st.booleans())
def test_a_log_without_times_has_the_clock_of_its_events(
    seed: int, count: int, carried: bool
) -> None:
    chance = random.Random(seed)
    flow = Flow(random_preset(chance, carried), KEY, random_spread(chance), exact=True)
    compare(chance, flow, random_log(chance, count, 1), stamped=chance.random() < 0.3)
