"""Numbered partitions and what people are shown of them."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.unit.decisions.outcomes import NOON, PRESET, Row, outcome_of

from fraudstream.codec import Decoder
from fraudstream.decisions import encode, form_of
from fraudstream.decisions.table import Placement, to_arrow
from fraudstream.events import Lines, Records, number_of, place_of

TOPICS = "raw_transactions/labels"


@pytest.mark.parametrize(("topic", "partition"), [(0, 0), (0, 65_535), (1, 0), (7, 12)])
def test_a_number_leads_back_to_topic_and_partition(topic: int, partition: int) -> None:
    names = "/".join(f"topic_{k}" for k in range(8))
    assert place_of(names, number_of(topic, partition)) == (f"topic_{topic}", partition)


def test_the_first_topics_partitions_keep_their_numbers() -> None:
    assert number_of(0, 3) == 3


def test_decision_and_row_name_topic_and_partition() -> None:
    from dataclasses import replace

    outcome = outcome_of([Row("tx_1"), Row("tx_2")], [0, 0])
    numbers = np.array([number_of(0, 3), number_of(1, 2)], np.int32)
    outcome = replace(outcome, source=TOPICS, events=replace(outcome.events, partitions=numbers))
    lines = encode(outcome, form_of(PRESET)).splitlines()
    told = [msgspec.json.decode(line)["source"] for line in lines]
    rows = to_arrow(outcome, form_of(PRESET), Placement(0, 1, NOON)).to_pylist()
    assert [(s["name"], s["partition"]) for s in told] == [("raw_transactions", 3), ("labels", 2)]
    assert [(r["source"], r["source_partition"]) for r in rows] == [
        ("raw_transactions", 3),
        ("labels", 2),
    ]


def test_a_message_without_id_is_named_by_its_own_topic() -> None:
    from fraudstream.schema import builtin

    preset = builtin("classic")
    message = (
        b'{"account_id": 1, "transaction_amount": 5.0, "transaction_time": "2026-01-31 13:00:05",'
        b' "location": "Germany", "transaction_method": "PayPal", "user_transactions_last_24h": 3}'
    )

    def ids(source: str, number: int) -> list[int]:
        one = np.array([17], np.int64)
        records = Records(source, Lines.of([message]), np.array([number], np.int32), one, one)
        found: list[int] = Decoder(preset, b"0" * 16).decode(records).events.ids[0].tolist()
        return found

    assert ids(TOPICS, number_of(1, 2)) == ids("labels", 2)
    assert ids(TOPICS, 2) == ids("raw_transactions", 2) != ids("labels", 2)
