"""A small bank's history and a quickly trained model of it, made once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fraudstream.config import Settings
from fraudstream.schema import builtin
from fraudstream.scoring import Model
from fraudstream.serve import ready
from fraudstream.simulator import Settings as Bank
from fraudstream.stores.models import save_model
from fraudstream.training import Settings as Training
from fraudstream.wiring.history import History, Reading
from fraudstream.wiring.learning import train_model
from fraudstream.wiring.running import run_stream
from fraudstream.wiring.simulating import Simulation, write_stretch

BANK = Bank(customers=120, days=40, fraud_share=0.05)
QUICK = Training(trees=15, bins=63, threads=1)


def silent(stage: str, done: int, total: int) -> None:
    """Nobody is told."""


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty days of a bank with many attackers, as JSON lines that tell the truth."""
    path = tmp_path_factory.mktemp("history") / "history.jsonl"
    write_stretch(Simulation(BANK, truth=True), path, threading.Event(), silent)
    return path


@pytest.fixture(scope="session")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of the same bank after that."""
    path = tmp_path_factory.mktemp("later") / "later.jsonl"
    bank = BANK.continued(days=2.0, attack_seed=2)
    write_stretch(Simulation(bank), path, threading.Event(), silent)
    return path


@pytest.fixture(scope="session")
def model(history: Path) -> Model:
    """A model of a few small trees."""
    return train_model(Reading(builtin("payments"), History(history)), QUICK, silent)


@pytest.fixture(scope="session")
def model_folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on disk."""
    folder = tmp_path_factory.mktemp("models") / "model"
    save_model(folder, model)
    return folder


def listening(home: Path, source: Path | None = None, model: str | None = None) -> Settings:
    """Settings of an engine that answers on a port of its own."""
    run = {"source": [str(source)] if source else [], "http": "127.0.0.1:0"}
    return Settings.model_validate({"home": home, "run": run, "model": model})


@contextmanager
def running(asked: Settings) -> Iterator[None]:
    """An engine that waits for more at the end of its file, which it has decided."""
    stop = threading.Event()
    engine = threading.Thread(target=run_stream, args=(asked, stop, silent, True))
    engine.start()
    try:
        while not (state := ready(asked.home)) or state["batch"] < 0:
            assert engine.is_alive()
            time.sleep(0.02)
        yield
    finally:
        stop.set()
        engine.join()
