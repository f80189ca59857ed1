"""A bank of a few payments, its log, and every store that may keep what was decided."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.unit.wiring.conftest import silent

from fraudstream.config import Settings
from fraudstream.stores.postgres import Address, migrate
from fraudstream.wiring.importing.job import Imported, Wanted
from fraudstream.wiring.importing.labels import import_labels
from fraudstream.wiring.importing.profiles import Columns, import_profiles
from fraudstream.wiring.importing.tables import Source
from fraudstream.wiring.running import run_stream
from fraudstream.wiring.stores import opened_reader

PRESET = """
preset = 1
name = "few"
timezone = "UTC"
currency = "EUR"
inputs = ["amount", "age_days(account.signup_time)"]
[input]
format = "json"
kind = "kind"
columns = ["transaction_id", "account_id", "is_fraud", "known_at", "reason_code", "signup_time"]
[fields]
event_time = { from = "at", format = "iso8601" }
amount = { from = "money.amount" }
card_id = { from = "card", hash = true }
label_source = "source"
[entities]
account = "account_id"
card = "card_id"
[[features]]
entity = ["account", "card"]
windows = ["7d"]
aggregates = ["count", "fraud_count"]
"""


def payment(number: int, account: str = "acc_1", card: str = "tok_1") -> dict[str, Any]:
    """One payment a minute."""
    at = f"2026-03-01T10:{number:02}:00.250Z"
    money = {"amount": "12.30"}
    return {
        "transaction_id": f"tx_{number}",
        "account_id": account,
        "card": card,
        "at": at,
        "money": money,
    }


@dataclass
class Bank:
    """A home, a log of JSON lines, a store."""

    folder: Path
    store: str

    @property
    def log(self) -> Path:
        return self.folder / "log.jsonl"

    def settings(self, **more: Any) -> Settings:
        run = {"source": [str(self.log)], "http": "off"}
        given = {"home": self.folder / "home", "preset": str(self.folder / "few.toml"), "run": run}
        return Settings.model_validate({**given, "store": {"url": self.store}, **more})

    def append(self, *messages: dict[str, Any]) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            log.writelines(json.dumps(message) + "\n" for message in messages)

    def run(self, **more: Any) -> None:
        run_stream(self.settings(**more), threading.Event(), silent)

    def rows(self, query: str, **more: Any) -> list[dict[str, Any]]:
        with opened_reader(self.settings(**more)) as reader:
            return reader.rows(query)

    def features(self, number: int, **more: Any) -> dict[str, float | None]:
        query = "select features, features_version from transactions where transaction_id = $1"
        with opened_reader(self.settings(**more)) as reader:
            (row,) = reader.rows(query, [f"tx_{number}"])
            names = reader.feature_names(row["features_version"])
        return dict(zip(names, row["features"], strict=True))

    def profiles(
        self, place: str | Path, columns: Columns | None = None, **wanted: Any
    ) -> Imported:
        table = wanted.pop("table", None)
        return import_profiles(
            wanted.pop("settings", None) or self.settings(),
            Wanted(Source(str(place), table), **wanted),
            columns or Columns(),
            threading.Event(),
            silent,
        )

    def labels(self, place: str | Path, **wanted: Any) -> Imported:
        table = wanted.pop("table", None)
        return import_labels(
            wanted.pop("settings", None) or self.settings(),
            Wanted(Source(str(place), table), **wanted),
            threading.Event(),
            silent,
        )

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture(params=["duckdb", "postgresql"])
def bank(request: pytest.FixtureRequest, tmp_path: Path) -> Bank:
    store = ""
    if request.param == "postgresql":
        store = request.getfixturevalue("postgres")
        migrate(Address.of(store))
    (tmp_path / "few.toml").write_text(PRESET, encoding="utf-8")
    return Bank(tmp_path, store)


@pytest.fixture
def file_bank(tmp_path: Path) -> Bank:
    """With the embedded store."""
    (tmp_path / "few.toml").write_text(PRESET, encoding="utf-8")
    return Bank(tmp_path, "")
