"""What ``import fraudstream`` offers."""

from __future__ import annotations

import importlib
import json
import threading
from pathlib import Path

import pyarrow as pa
import pytest

import fraudstream
from fraudstream.simulator import Settings as Bank
from fraudstream.wiring.simulating import Simulation, write_stretch

MESSAGE = {
    "account_id": 11111,
    "transaction_amount": 512.3,
    "transaction_time": "2026-01-31 13:00:05",
    "location": "Germany",
    "transaction_method": "CreditCard",
}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bank") / "history.parquet"
    bank = Bank(customers=60, days=4)
    write_stretch(Simulation(bank), path, threading.Event(), lambda *_: None)
    return path


def test_everything_that_is_promised_is_there() -> None:
    assert all(callable(getattr(fraudstream, name)) for name in fraudstream.__all__)
    assert dir(fraudstream) == sorted(fraudstream.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = fraudstream.nothing


def test_features_stays_a_function_beside_the_package_of_that_name() -> None:
    package = importlib.import_module("fraudstream.features")
    assert hasattr(package, "observe")
    assert callable(fraudstream.features)


def test_features_are_one_arrow_row_for_each_transaction(history: Path) -> None:
    preset = fraudstream.load_preset("payments")
    table = fraudstream.features(history, preset)
    assert isinstance(table, pa.Table)
    assert table.column_names == ["transaction_id", "event_time", *preset.feature_names]
    assert table.num_rows > 100
    assert table["account_count_24h"].null_count == 0


def test_an_engine_decides_messages_and_remembers_them() -> None:
    engine = fraudstream.Engine("classic")
    first, second = (
        engine.decide([{**MESSAGE, "transaction_time": f"2026-01-31 13:00:0{second}"}])
        for second in (1, 2)
    )
    assert first[0]["action"] == second[0]["action"] == "approve"
    assert second[0]["source"] == {"name": "python", "partition": 0, "offset": 1}


def test_an_engine_takes_lines_and_says_what_it_rejected() -> None:
    engine = fraudstream.Engine("classic")
    decisions = engine.decide([json.dumps(MESSAGE), b"{not json"])
    assert [decision["account_id"] for decision in decisions] == ["11111"]
    assert [str(reject.reason) for reject in engine.rejects] == ["json_malformed"]


def test_an_engine_with_one_message_at_a_time_decides_as_with_all_at_once() -> None:
    messages = [{**MESSAGE, "transaction_time": f"2026-01-31 13:00:{s:02}"} for s in range(20)]
    alone, together = fraudstream.Engine("classic"), fraudstream.Engine("classic")
    assert [d for m in messages for d in alone.decide([m])] == together.decide(messages)
