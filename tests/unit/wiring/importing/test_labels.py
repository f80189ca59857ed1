"""Verdicts that have only ids become label events like those that carry everything."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.unit.wiring.conftest import silent
from tests.unit.wiring.importing.conftest import Bank, payment

from fraudstream.engine import FileCheckpoints
from fraudstream.errors import InputInvalid, NotReachable, UsageInvalid
from fraudstream.wiring.importing.job import Wanted
from fraudstream.wiring.importing.labels import import_labels
from fraudstream.wiring.importing.tables import Source

CSV = "transaction_id,is_fraud,source,reason_code\ntx_0,1,chargeback,4837\ntx_2,0,,\n"


def messages(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def state_of(bank: Bank) -> dict[str, Any]:
    checkpoint = FileCheckpoints(bank.folder / "home" / "checkpoints").newest()
    assert checkpoint is not None
    return {
        name: array.tolist()
        for name, array in checkpoint.arrays.items()
        # where in an index a key lies depends on how the log was cut into batches
        if name.startswith("features.") and not name.endswith("_index")
    }


def test_a_verdict_counts_as_one_that_carries_everything(bank: Bank) -> None:
    bank.append(payment(0), payment(1, "acc_2"), payment(2))
    bank.run()
    done = bank.labels(bank.file("chargebacks.csv", CSV))
    assert (done.written, done.known, done.bad) == (2, 0, ())
    label, other = messages(bank.log)[-2:]
    assert label["at"] == payment(0)["at"] and label["money"] == payment(0)["money"]
    assert (label["is_fraud"], other["is_fraud"]) == (True, False)
    assert label["card"].startswith("hash:") and "tok_1" not in json.dumps(label)
    bank.append(payment(3, "acc_2"), payment(4))
    bank.run()
    features = [bank.features(number) for number in (3, 4)]
    assert [f["account_fraud_count_7d"] for f in features] == [0, 1]
    assert [f["card_fraud_count_7d"] for f in features] == [1, 1]
    imported = state_of(bank)
    # the same log, had it come from a bank that knows the card
    said = [json.dumps({**message, "card": "tok_1"}) for message in messages(bank.log)]
    bank.log.write_text("\n".join([*said, ""]))
    secret = (bank.folder / "home" / "secret").read_text()
    bank.folder.joinpath("home").rename(bank.folder / "former")
    bank.store = f"duckdb:{bank.folder / 'other.duckdb'}"
    bank.run(secret=secret)
    assert state_of(bank) == imported


def test_a_verdict_that_the_store_has_is_left_out(bank: Bank) -> None:
    bank.append(payment(0), payment(1), payment(2))
    bank.run()
    chargebacks = bank.file("chargebacks.csv", CSV)
    bank.labels(chargebacks)
    bank.run()
    assert (bank.labels(chargebacks).written, bank.labels(chargebacks).known) == (0, 2)
    assert bank.labels(chargebacks, again=True).written == 2
    bank.file("chargebacks.csv", CSV.replace("tx_0,1", "tx_0,0"))
    assert bank.labels(chargebacks).written == 1
    kept = bank.rows("select transaction_id, is_fraud, source from labels_latest order by 1")
    assert kept == [
        {"transaction_id": "tx_0", "is_fraud": True, "source": "chargeback"},
        {"transaction_id": "tx_2", "is_fraud": False, "source": None},
    ]


def test_the_last_row_about_a_transaction_counts(file_bank: Bank) -> None:
    file_bank.append(payment(0))
    file_bank.run()
    verdicts = file_bank.file("v.jsonl", '{"transaction_id": "tx_0", "is_fraud": true}\n' * 2)
    with verdicts.open("a") as file:
        file.write('{"transaction_id": "tx_0", "is_fraud": "genuine", "known_at": "2026-03-02"}\n')
    done = file_bank.labels(verdicts)
    assert (done.rows, done.written, done.repeated) == (3, 1, 2)
    assert messages(file_bank.log)[-1]["known_at"] == "2026-03-02"


def test_bad_rows_and_unknown_transactions_are_all_named(file_bank: Bank) -> None:
    file_bank.append(payment(0), payment(1))
    file_bank.run()
    before = file_bank.log.read_bytes()
    verdicts = file_bank.file(
        "v.csv",
        "transaction_id,is_fraud,known_at\ntx_0,1,\ntx_9,1,\ntx_1,maybe,\n,1,\ntx_1,1,soon\n",
    )
    with pytest.raises(InputInvalid, match="4 of 5 rows are bad") as refused:
        file_bank.labels(verdicts)
    assert sorted((p.line or 0) for p in refused.value.problems) == [3, 4, 5, 6]
    assert any("no such transaction" in p.text for p in refused.value.problems)
    assert file_bank.log.read_bytes() == before
    assert file_bank.labels(verdicts, skip_bad=True).written == 1


def test_without_a_store_that_knows_them_labels_cannot_be_completed(file_bank: Bank) -> None:
    verdicts = file_bank.file("v.csv", CSV)
    with pytest.raises(NotReachable, match="no store"):
        file_bank.labels(verdicts)
    kafka_alone = file_bank.settings(store={}, run={"sink": ["kafka://localhost/decisions"]})
    with pytest.raises(UsageInvalid, match="Kafka alone"):
        import_labels(kafka_alone, Wanted(Source(str(verdicts))), threading.Event(), silent)


def test_a_preset_without_labels_says_so(file_bank: Bank) -> None:
    preset = (file_bank.folder / "few.toml").read_text().replace('kind = "kind"', "")
    file_bank.file("few.toml", preset)
    with pytest.raises(UsageInvalid, match="cannot be labels"):
        file_bank.labels(file_bank.file("v.csv", CSV))
