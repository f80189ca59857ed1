from __future__ import annotations

from pathlib import Path

import pytest

from fraudstream.config import Settings
from fraudstream.config.settings import RunSettings, StoreSettings
from fraudstream.errors import UsageInvalid
from fraudstream.wiring.outlets import Outlets, outlets_of

POSTGRES, KAFKA = "postgresql://db/fraud", "kafka://broker:9092/decisions"
EMBEDDED = "duckdb:home/store.duckdb"


def settings(*sinks: str, store: str = "", primary: str = "") -> Settings:
    run = RunSettings(sink=sinks, primary=primary)
    return Settings(home=Path("home"), run=run, store=StoreSettings(url=store))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (settings(), Outlets(EMBEDDED, (), EMBEDDED)),
        (settings("out.jsonl"), Outlets(EMBEDDED, ("out.jsonl",), EMBEDDED)),
        (settings(KAFKA), Outlets(KAFKA, (), None)),
        (settings(KAFKA, POSTGRES), Outlets(POSTGRES, (KAFKA,), POSTGRES)),
        (settings(POSTGRES), Outlets(POSTGRES, (), POSTGRES)),
        (settings(KAFKA, store=POSTGRES), Outlets(POSTGRES, (KAFKA,), POSTGRES)),
        (settings(KAFKA, POSTGRES, primary=KAFKA), Outlets(KAFKA, (POSTGRES,), POSTGRES)),
        (settings("duckdb:x", KAFKA), Outlets("duckdb:x", (KAFKA,), "duckdb:x")),
        (settings(POSTGRES, store=POSTGRES), Outlets(POSTGRES, (), POSTGRES)),
    ],
)
def test_the_database_keeps_the_journal_else_kafka_else_the_embedded_store(
    given: Settings, expected: Outlets
) -> None:
    assert outlets_of(given) == expected


def test_a_primary_to_which_nothing_goes_is_refused() -> None:
    with pytest.raises(UsageInvalid, match="cannot be the primary"):
        outlets_of(settings(KAFKA, primary=POSTGRES))
