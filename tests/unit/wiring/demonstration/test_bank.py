"""The live bank: a log that can be read again, paced by the clock, its truth kept aside."""

from __future__ import annotations

import json

import numpy as np

from fraudstream.events import Lines, Records
from fraudstream.simulator import Settings
from fraudstream.wiring.demonstration.bank import LiveBank, records_of

BANK = Settings(customers=50, days=None, fraud_share=0.05)
FAST = 1e6


def read(bank: LiveBank, events: int) -> list[bytes]:
    messages: list[bytes] = []
    while len(messages) < events:
        records = bank.poll(min(97, events - len(messages)))
        assert records is not None
        messages += lines_of(records)
    return messages


def lines_of(records: Records) -> list[bytes]:
    assert isinstance(records.payload, Lines)
    return [records.payload.raw(row) for row in range(len(records))]


def test_reading_again_from_any_position_gives_the_same_messages() -> None:
    bank = LiveBank(BANK, FAST)
    read(bank, 300)
    position = bank.position()
    rest = read(bank, 200)
    bank.seek(position)
    assert read(bank, 200) == rest
    bank.seek({0: 0})
    until = bank.poll(1_000, until={0: 40})
    assert until is not None
    assert bank.position() == {0: 40}


def test_no_message_tells_the_truth_and_the_truth_fits_the_messages() -> None:
    bank = LiveBank(BANK, FAST)
    for _ in range(20):
        records = bank.poll(100)
        assert records is not None
        truth = bank.truth(records.offsets)
        for row, line in enumerate(lines_of(records)):
            message = json.loads(line)
            assert not {"is_fraud", "attack", "situation"} & set(message) - _of_labels(message)
            if truth.is_transaction[row]:
                assert message["account_id"] == f"acc_{truth.rows['account'][row]:05}"


def _of_labels(message: dict[str, object]) -> set[str]:
    return {"is_fraud"} if message.get("kind") == "label" else set()


def test_transactions_are_due_at_the_rate_and_other_events_come_along() -> None:
    bank = LiveBank(BANK, rate=200.0)
    transactions = 0
    while transactions < 20:
        records = bank.poll(1_000)
        assert records is not None
        transactions += int(bank.truth(records.offsets).is_transaction.sum())
    assert bank._begun is not None
    assert bank._paid == transactions
    assert bank.now >= BANK.start_ms


def test_messages_reach_the_log_in_order_of_time_and_are_numbered_from_the_first() -> None:
    bank = LiveBank(BANK, FAST)
    records = bank.poll(500)
    assert records is not None
    assert np.array_equal(records.offsets, np.arange(len(records)))
    assert (np.diff(records.timestamps) >= 0).all()
    given = bank.truth(records.offsets)
    assert np.array_equal(records_of(given, 0).timestamps, records.timestamps)
