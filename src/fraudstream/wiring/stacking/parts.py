"""The parts of a stack, in the order in which they start: servers, and steps done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fraudstream.serve.client import ready
from fraudstream.stack import Kafka, Postgres, Prometheus, Server
from fraudstream.stack.folder import Folder
from fraudstream.stack.ports import LOCALHOST, kept_ports
from fraudstream.stack.server import Launch
from fraudstream.wiring.stacking import commands
from fraudstream.wiring.stacking.plan import Plan
from fraudstream.wiring.stacking.settings import write_settings

__all__ = ["DATABASE", "Part", "Stack"]

DATABASE = "fraud"
USUAL = {"kafka": 9092, "postgres": 5432, "prometheus": 9090, "engine": 8710}
"""The ports people expect; where one is taken, another one is found."""

PATIENCE = 600.0
"""Seconds that a step may take."""

FORGETFUL = {"retention.ms": str(7 * 86_400_000)}
ALL_KEPT = {"retention.ms": "-1", "retention.bytes": "-1"}


@dataclass(frozen=True, slots=True)
class Part:
    """Something of the stack: ``start`` returns when it works, and is harmless if it does already.

    ``where`` is an address, or what it is about; ``healthy`` answers for a server that runs. A step
    has no servers: once started it is done.
    """

    name: str
    where: str
    start: Callable[[], None]
    servers: tuple[Server, ...] = ()
    healthy: Callable[[], bool] = lambda: True


class Stack:
    """The parts that a plan asks for, in a folder."""

    def __init__(self, plan: Plan, folder: Folder) -> None:
        self.plan = plan
        self.folder = folder
        path = folder.path
        self.kafka = Kafka(path / "kafka", ports={1: USUAL["kafka"]})
        self.postgres = Postgres(path / "postgres", USUAL["postgres"])
        self.prometheus = Prometheus(path / "prometheus", USUAL["prometheus"])
        self.home = path / "engine"
        port = kept_ports(self.home, ["engine"], {"engine": USUAL["engine"]})["engine"]
        self.engine_address = f"{LOCALHOST}:{port}"

    def parts(self) -> list[Part]:
        """Everything, in the order in which it is started."""
        return [
            self._kafka(),
            self._topics(),
            self._postgres(),
            self._settings(),
            self._schema(),
            self._model(),
            self._engine(),
            self._producer("normal"),
            self._producer("attack"),
            self._prometheus(),
        ]

    def input_url(self) -> str:
        """The topic that producers write to."""
        return f"kafka://{self.kafka.bootstrap}/{self.plan.topics.input}"

    def _kafka(self) -> Part:
        kafka = self.kafka
        return Part("kafka", kafka.bootstrap, kafka.start, tuple(kafka.brokers), kafka.ready)

    def _topics(self) -> Part:
        topics = self.plan.topics

        def create() -> None:
            self.kafka.create_topic(topics.input, topics.partitions, ALL_KEPT)
            for name in (topics.labels, topics.profiles):
                self.kafka.create_topic(name, 1, ALL_KEPT)
            for name in (topics.decisions, topics.alerts, topics.rejects):
                self.kafka.create_topic(name, topics.partitions, FORGETFUL)
            self.kafka.create_topic(topics.journal, 1, ALL_KEPT)

        return Part("topics", f"{topics.input}, {topics.decisions}, ...", create)

    def _postgres(self) -> Part:
        server = self.postgres
        return Part(
            "postgres",
            f"{LOCALHOST}:{server.port}, database {DATABASE}",
            self._start_postgres,
            (server.server,),
            server.ready,
        )

    def _start_postgres(self) -> None:
        self.postgres.start()
        if not self.postgres.has_database(DATABASE):
            self.postgres.create_database(DATABASE)

    def _settings(self) -> Part:
        path = self.folder.path / "fraudstream.toml"

        def write() -> None:
            write_settings(path, self._chosen_settings())

        return Part("settings", str(path), write)

    def _chosen_settings(self) -> dict[str, Any]:
        decisions = f"kafka://{self.kafka.bootstrap}/{self.plan.topics.decisions}"
        return {
            "preset": self.plan.preset,
            "home": str(self.home),
            "run": {
                "source": [self.input_url()],
                "sink": [decisions],
                "http": self.engine_address,
            },
            "store": {"url": self.postgres.url(DATABASE)},
        }

    def _schema(self) -> Part:
        return self._step("schema", "fraudstream db migrate", commands.migrate(), again=True)

    def _model(self) -> Part:
        about = f"trained on {self.plan.training_days:g} simulated days"
        return self._step("model", about, commands.build_model(self.plan))

    def _engine(self) -> Part:
        server = Server("engine", self.home)

        def start() -> None:
            server.start(self._launch(commands.run()))
            server.wait_ready(self._decides, timeout=120)

        return Part("engine", f"http://{self.engine_address}", start, (server,), self._decides)

    def _decides(self) -> bool:
        said = ready(self.home)
        return bool(said and said.get("ready"))

    def _producer(self, which: str) -> Part:
        server = Server(which, self.folder.path / "producers")

        def start() -> None:
            server.start(self._launch(commands.produce(self.plan, which, self.input_url())))

        return Part(f"{which}", f"to {self.plan.topics.input}", start, (server,), server.running)

    def _prometheus(self) -> Part:
        server = self.prometheus

        def start() -> None:
            server.start({"engine": self.engine_address})

        return Part("prometheus", server.url, start, (server.server,), server.ready)

    def _step(self, name: str, about: str, words: list[str], again: bool = False) -> Part:
        """Something that is done once, or at each start; it ran well if it left its mark."""
        server = Server(name, self.folder.path / "steps")
        mark = server.folder / f"{name}.done"

        def start() -> None:
            if again:
                mark.unlink(missing_ok=True)
            if not mark.exists():
                server.start(self._launch([*commands.marking(words, mark)]))
                server.wait_ready(mark.exists, PATIENCE)

        return Part(name, about, start)

    def _launch(self, words: list[str]) -> Launch:
        return Launch(words, folder=self.folder.path)
