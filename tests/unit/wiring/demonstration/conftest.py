"""A small demo that has learned, made once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tests.unit.wiring.conftest import silent

from fraudstream.training import Settings as Training
from fraudstream.wiring.demonstration import Demo, Prepared, prepare

TRAINING = Training(trees=15, bins=63, threads=1)


def small(home: Path, **changes: object) -> Demo:
    """A demo of a bank with few customers and a quick training."""
    facts = {"http": "127.0.0.1:0", "rate": 20_000.0, "customers": 200, "days": 40.0}
    return Demo(home, **{**facts, "training": TRAINING, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A demo that can begin."""
    demo = small(tmp_path_factory.mktemp("demo"))
    prepared = prepare(demo, silent, threading.Event())
    assert prepared is not None
    return prepared
