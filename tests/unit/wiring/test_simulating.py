"""The simulator's streams: the same bytes every time, in every form, and live on the clock."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from fraudstream.errors import StorageFailed, UsageInvalid
from fraudstream.simulator import Settings
from fraudstream.wiring.simulating import Simulation, write_live, write_stretch

BANK = Settings(customers=40, days=2)


def _silent(stage: str, done: int, total: int) -> None:
    pass


def _written(wanted: Simulation, path: Path) -> Path:
    write_stretch(wanted, path, threading.Event(), _silent)
    return path


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    one = _written(Simulation(BANK), tmp_path / "one.jsonl").read_bytes()
    same = _written(Simulation(BANK), tmp_path / "same.jsonl").read_bytes()
    other = Simulation(Settings(customers=40, days=2, seed=2))
    assert one == same
    assert one != _written(other, tmp_path / "other.jsonl").read_bytes()


@pytest.mark.parametrize("preset", ["payments", "classic"])
def test_every_kind_of_file_holds_the_same_events(tmp_path: Path, preset: str) -> None:
    wanted = Simulation(BANK, preset=preset)
    lines = _written(wanted, tmp_path / "a.jsonl").read_text().splitlines()
    table = pq.read_table(_written(wanted, tmp_path / "a.parquet"))
    rows = pyarrow.csv.read_csv(_written(wanted, tmp_path / "a.csv"))
    assert len(lines) == len(table) == len(rows) > 0
    accounts = [json.loads(line)["account_id"] for line in lines]
    assert table["account_id"].to_pylist() == accounts
    assert rows["account_id"].to_pylist() == accounts


def test_customers_and_attackers_apart_are_the_bank_as_a_whole(tmp_path: Path) -> None:
    bank = Settings(customers=200, days=5, fraud_share=0.05)
    both, normal, attack = (
        set(_written(Simulation(bank, who), tmp_path / f"{who}.jsonl").read_text().splitlines())
        for who in ("both", "normal", "attack")
    )
    assert attack
    assert normal | attack == both


def test_only_with_truth_does_a_transaction_say_what_it_is(tmp_path: Path) -> None:
    bank = Settings(customers=200, days=5, fraud_share=0.05)
    for truth in (True, False):
        path = _written(Simulation(bank, "attack", truth=truth), tmp_path / f"{truth}.jsonl")
        events = [json.loads(line) for line in path.read_text().splitlines()]
        assert any("attack" in event for event in events) is truth
        assert all(("is_fraud" in e) is truth for e in events if "kind" not in e)


def test_a_form_that_cannot_carry_what_is_asked_is_refused() -> None:
    with pytest.raises(UsageInvalid, match="truth"):
        Simulation(BANK, preset="classic", truth=True)
    with pytest.raises(UsageInvalid, match="handbook"):
        Simulation(BANK, preset="handbook")


def test_an_unknown_ending_and_a_folder_that_is_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match="ending"):
        _written(Simulation(BANK), tmp_path / "a.xlsx")
    with pytest.raises(StorageFailed):
        _written(Simulation(BANK), tmp_path / "none" / "a.parquet")
    with pytest.raises(StorageFailed):
        _written(Simulation(BANK), tmp_path / "none" / "a.jsonl")


def test_what_was_asked_to_stop_is_whole_as_far_as_it_came(tmp_path: Path) -> None:
    stop = threading.Event()

    def stop_soon(stage: str, done: int, total: int) -> None:
        stop.set()

    write_stretch(Simulation(BANK), tmp_path / "a.parquet", stop, stop_soon)
    held = len(pq.read_table(tmp_path / "a.parquet"))
    assert 0 < held < len(pq.read_table(_written(Simulation(BANK), tmp_path / "all.parquet")))


def test_a_live_stream_writes_at_its_rate_until_its_end(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    written = write_live(Simulation(BANK), 1000, threading.Event(), duration=0.2)
    events = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert written == len(events)
    assert 200 <= sum("kind" not in event for event in events) <= 300


def test_a_live_stream_of_a_bank_that_is_younger_than_a_year_starts_with_the_bank(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    young = replace(BANK, founded=BANK.start)
    assert write_live(Simulation(young), 1000, threading.Event(), duration=0.1) > 0


def test_a_live_stream_stops_when_it_is_told_to(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    stop = threading.Event()
    stop.set()
    assert write_live(Simulation(BANK), 10, stop) == 0


def test_a_file_of_an_unknown_kind_is_refused_with_the_kinds_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid) as caught:
        write_stretch(Simulation(BANK), tmp_path / "bank.xyz", threading.Event(), _silent)
    assert ".jsonl, .csv or .parquet" in caught.value.advice
    assert list(tmp_path.iterdir()) == []
