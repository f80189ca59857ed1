"""The comparison is honest: the Python peer gives what the engine gives."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from bench.peer import Json
from bench.rounds import peer_of
from bench.workload import LATER, TREES, Workload, bench_preset, warmed, workload

from fraudstream.decisions import Outcome, encode, form_of
from fraudstream.pipeline import step

SAME = ("transaction_id", "account_id", "amount", "currency", "amount_base", "action", "score")


@pytest.fixture(scope="module")
def work() -> Workload:
    return workload(400, 1500, replace(TREES, trees=20), fraud_share=0.01)


@pytest.fixture(scope="module")
def outcome(work: Workload) -> Outcome:
    (records,) = work.present.batches()
    return step(work.program.pipeline, warmed(work), records, LATER)


@pytest.fixture(scope="module")
def decided(work: Workload) -> list[tuple[list[float], bytes]]:
    peer = peer_of(work, Json(msgspec.json.decode, msgspec.json.encode))
    for row in range(len(work.past)):
        peer.observe(work.past.lines.raw(row))
    found = [peer.decide(work.present.lines.raw(row)) for row in range(len(work.present))]
    return [one for one in found if one is not None]


def test_sixty_features_of_four_entities_and_the_amount_are_measured() -> None:
    preset = bench_preset()
    assert len(preset.features) == 4 * 5 * 3
    assert [item.name for item in preset.inputs] == ["amount"]


def test_the_peer_computes_the_same_features(
    outcome: Outcome, decided: list[tuple[list[float], bytes]]
) -> None:
    found = np.array([features for features, _ in decided])
    assert np.array_equal(found, outcome.features, equal_nan=True)
    assert not np.isnan(found).all(axis=0).any()


def test_the_peer_decides_the_same(
    work: Workload, outcome: Outcome, decided: list[tuple[list[float], bytes]]
) -> None:
    lines = encode(outcome, form_of(work.preset)).splitlines()
    right = [{key: msgspec.json.decode(line)[key] for key in SAME} for line in lines]
    found = [{key: msgspec.json.decode(line)[key] for key in SAME} for _, line in decided]
    assert found == right
    assert {record["action"] for record in right} >= {"approve", "review"}
