"""The servers and the engine of a measurement, each a process of its own, as a user starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.workload import Workload
from fraudstream.schema import builtin_file
from fraudstream.stack import Kafka, Postgres
from fraudstream.stores.models import save_model
from fraudstream.stores.postgres import Address, migrate

__all__ = ["Bank", "Service"]

_PATIENCE = 120.0

_FAST = ("-Xms1g", "-Xmx1g", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-Dlog4j2.level=WARN")
"""Options of a broker that is to be measured, not to be there soon."""


@dataclass(frozen=True, slots=True)
class Bank:
    """What a measurement runs with: files in a folder."""

    folder: Path

    @property
    def preset(self) -> Path:
        """The preset's file."""
        return self.folder / "bench.toml"

    @property
    def model(self) -> Path:
        """The model's folder."""
        return self.folder / "model"

    @property
    def messages(self) -> Path:
        """Transactions as JSON lines."""
        return self.folder / "messages.jsonl"

    @classmethod
    def of(cls, folder: Path, preset: str, work: Workload, lines: bytes) -> Bank:
        """Written down."""
        bank = cls(folder)
        bank.preset.write_text(preset)
        (folder / "rates.csv").write_text(builtin_file("rates.csv"))
        save_model(bank.model, work.model)
        bank.messages.write_bytes(lines)
        return bank


class Service:
    """A broker and a database for all measurements."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kafka = Kafka(folder / "kafka", jvm=_FAST)
        self.postgres = Postgres(folder / "postgres")
        self._numbers = iter(range(1_000))

    def __enter__(self) -> Service:
        self.kafka.start()
        self.postgres.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kafka.stop()
        self.postgres.remove()

    def topics(self, partitions: int) -> tuple[str, str]:
        """A new topic for transactions, and one for decisions."""
        number = next(self._numbers)
        names = f"raw-{number}", f"decisions-{number}"
        for name in names:
            self.kafka.create_topic(name, partitions)
        return names

    def database(self) -> str:
        """Address of a new database with the tables of this version."""
        url = self.postgres.create_database(f"bench_{next(self._numbers)}")
        migrate(Address.of(url))
        return url

    @contextmanager
    def echo(self, source: str, target: str) -> Iterator[None]:
        """A process that writes every message of a topic into another one, once it reads."""
        words = ["-m", "bench.kafka.echoing", self.kafka.bootstrap, source, target]
        echo = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE)
        try:
            assert echo.stdout
            echo.stdout.readline()
            yield
        finally:
            echo.terminate()
            echo.wait()

    @contextmanager
    def engine(
        self, bank: Bank, topic: str, sink: str, settings: Mapping[str, str]
    ) -> Iterator[Path]:
        """``fraudstream run`` between a topic and a sink; its home folder, once it leads."""
        home = self.folder / f"home-{topic}"
        source = f"kafka://{self.kafka.bootstrap}/{topic}"
        words = ["run", "--source", source, "--sink", sink, "--home", str(home)]
        words += ["--preset", str(bank.preset), "--model", str(bank.model), "--http", "127.0.0.1:0"]
        with (self.folder / f"engine-{topic}.log").open("wb") as log:
            engine = subprocess.Popen(
                [sys.executable, "-m", "fraudstream", *words],
                stderr=log,
                env={**os.environ, **_own(topic), **settings},
            )
        try:
            _wait_for_leader(home, engine, Path(log.name))
            yield home
        finally:
            engine.terminate()
            engine.wait()


def _own(topic: str) -> dict[str, str]:
    """A journal and a leadership of its own, as every input needs."""
    return {
        f"FRAUDSTREAM_KAFKA__TOPICS__{name.upper()}": f"{name}-{topic}"
        for name in ("journal", "control")
    }


def _wait_for_leader(home: Path, engine: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if engine.poll() is not None:
            raise RuntimeError(f"the engine ended:\n{log.read_text()[-2000:]}")
        if _role(home) == "leading":
            return
        time.sleep(0.1)
    raise RuntimeError(f"the engine did not get ready:\n{log.read_text()[-2000:]}")


def _role(home: Path) -> str | None:
    try:
        address = json.loads((home / "engine.json").read_text())["address"]
        with urlopen(f"http://{address}/readyz") as answer:
            return str(json.loads(answer.read())["role"])
    except (OSError, URLError, ValueError):
        return None
