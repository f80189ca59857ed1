"""Commands as people type them, one after the other: what they print, write and return."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fraudstream.cli import exits


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(line: str) -> int:
    return exits.run(line.split())


def test_from_a_simulated_bank_to_an_explained_decision(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run("simulate --customers 60 --days 2 --out tx.jsonl") == 0
    assert run("run --source tx.jsonl --sink decisions.jsonl --http off") == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert "decisions: approve" in err
    first = json.loads(Path("decisions.jsonl").read_text().splitlines()[0])
    assert run(f"explain {first['transaction_id']} --recompute --format json") == 0
    told = json.loads(capfd.readouterr().out)
    assert told["recomputed"] == {"score": first["score"], "action": first["action"]}
    assert run("replay --check --source tx.jsonl --format json") == 0
    assert json.loads(capfd.readouterr().out)["different"] == 0
    assert run("state show --format json") == 0
    assert json.loads(capfd.readouterr().out)["batch"] >= 0
    assert run("labels status") == 0
    assert run("rejects list") == 0


def test_rejects_are_listed_and_shown_with_their_bytes(capfd: pytest.CaptureFixture[str]) -> None:
    Path("tx.jsonl").write_text('{"transaction_id": "a"}\nnot json\n')
    assert run("run --source tx.jsonl --http off") == 0
    capfd.readouterr()
    assert run("rejects list --format json") == 0
    listed = json.loads(capfd.readouterr().out)["rejects"]
    assert {reject["reason"] for reject in listed} == {"field_missing", "json_malformed"}
    assert run("rejects show 0:24") == 0
    assert "raw: not json" in capfd.readouterr().out
    assert run("rejects show 0:999") == 1
    assert run("rejects show there") == 2


def test_a_folder_made_from_data_knows_its_preset(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("simulate --customers 60 --days 2 --out tx.csv") == 0
    assert run("init bank --from tx.csv") == 0
    assert run("presets check bank/preset.toml") == 0
    assert run("init bank") == 2, "nothing is replaced"
    assert run("features tx.csv --preset bank/preset.toml --out features.csv") == 0
    header = Path("features.csv").read_text().splitlines()[0]
    assert "account_count_24h" in header
    assert "in order" in capfd.readouterr().out


def test_too_little_history_to_learn_from_is_an_input_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run("simulate normal --customers 30 --days 1 --out tx.parquet") == 0
    assert run("train tx.parquet --out model") == 4
    assert "error[input-invalid]" in capfd.readouterr().err
    assert not Path("model").exists()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("explain tx_1", 3),
        ("state show", 1),
        ("run", 2),
        ("run --source none.jsonl --http off", 4),
        ("train none.csv --out m", 4),
        ("presets show paymets", 2),
        ("models promote 3", 2),
        ("models rollback", 2),
        ("simulate --rate 5 --days 3", 2),
        ("simulate --duration 5s", 2),
        ("simulate --attacks card_test --days 1", 2),
        ("evaluate none.parquet", 4),
        ("run --source a.jsonl --model none", 4),
    ],
)
def test_what_cannot_be_done_is_told_in_a_paragraph_with_its_exit_code(
    line: str, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(line) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines()[-1]
    assert "error[" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("name", ["payments", "classic", "handbook"])
def test_presets_are_listed_shown_and_checked_with_their_memory(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("presets list --format json") == 0
    listed = {row["preset"]: row for row in json.loads(capfd.readouterr().out)["presets"]}
    assert run(f"presets show {name} --format json") == 0
    shown = json.loads(capfd.readouterr().out)
    assert len(shown["features"]) == listed[name]["features"]
    assert run(f"presets check {name} --rate 10 --format json") == 0
    assert json.loads(capfd.readouterr().out)["memory_bytes"] > 1_000_000


def test_settings_show_where_each_came_from(capfd: pytest.CaptureFixture[str]) -> None:
    Path("fraudstream.toml").write_text('preset = "classic"\n')
    assert run("config show --format json") == 0
    shown = json.loads(capfd.readouterr().out)
    assert shown["preset"] == {"value": "classic", "from": "fraudstream.toml"}
    assert run("config check") == 0
    Path("fraudstream.toml").write_text("preset = 3\n")
    assert run("config check") == 2


def test_doctor_prints_a_line_for_each_check(capfd: pytest.CaptureFixture[str]) -> None:
    run("doctor --format json")
    told = json.loads(capfd.readouterr().out)
    assert {check["name"] for check in told["checks"]} >= {"python", "packages", "disk", "port"}
