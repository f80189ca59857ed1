"""The parts of a stack, in the order in which they start: servers, and steps done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fraudstream.serve.client import ready
from fraudstream.stack import Kafka, Postgres, Prometheus, Server, SparkCluster
from fraudstream.stack.folder import Folder
from fraudstream.stack.ports import LOCALHOST, kept_ports
from fraudstream.stack.server import Launch
from fraudstream.wiring.stacking import commands
from fraudstream.wiring.stacking.flow import is_flowing, send_spoilt
from fraudstream.wiring.stacking.plan import Plan
from fraudstream.wiring.stacking.settings import write_settings
from fraudstream.wiring.stacking.step import PATIENCE, Step

__all__ = ["DATABASE", "Part", "Stack"]

DATABASE = "fraud"
USUAL = {"kafka": 9092, "postgres": 5432, "prometheus": 9090, "engine": 8710}
"""The ports people expect; where one is taken, another one is found."""

ALL_KEPT = {"retention.ms": "-1", "retention.bytes": "-1"}


@dataclass(frozen=True, slots=True)
class Part:
    """Something of the stack: ``start`` returns when it works, and is harmless if it does already.

    ``where`` is an address, or what it is about; ``healthy`` answers for a server that runs. A step
    has no servers: once started it is done. ``log`` is what says how far it is.
    """

    name: str
    where: str
    start: Callable[[], None]
    servers: tuple[Server, ...] = ()
    healthy: Callable[[], bool] = lambda: True
    log: Path | None = None


class Stack:
    """The parts that a plan asks for, in a folder."""

    def __init__(self, plan: Plan, folder: Folder) -> None:
        self.plan = plan
        self.folder = folder
        path, wanted = folder.path, USUAL if plan.usual_ports else {}
        self.kafka = Kafka(path / "kafka", ports={1: wanted["kafka"]} if wanted else {})
        self.postgres = Postgres(path / "postgres", wanted.get("postgres"))
        self.prometheus = Prometheus(path / "prometheus", wanted.get("prometheus"))
        self.home = path / "engine"
        port = kept_ports(self.home, ["engine"], wanted)["engine"]
        self.engine_address = f"{LOCALHOST}:{port}"
        self.decider = Server("engine" if plan.on == "local" else "job", self.home)
        self.cluster = SparkCluster(path / "spark") if plan.on == "spark" else None

    def parts(self) -> list[Part]:
        """Everything, in the order in which it is started."""
        return [
            self._settings(),
            *([self._cluster(self.cluster)] if self.cluster else []),
            self._learning(),
            self._kafka(),
            self._topics(),
            *([self._history()] if self.plan.history else []),
            self._postgres(),
            self._schema(),
            self._model(),
            self._deciding(),
            self._prometheus(),
            self._producer("normal"),
            self._producer("attack"),
            self._spoilt(),
            self._flow(),
        ]

    def _url(self, topics: str) -> str:
        return f"kafka://{self.kafka.bootstrap}/{topics}"

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
                self.kafka.create_topic(name, topics.partitions, ALL_KEPT)
            for name in (topics.journal, topics.control):
                self.kafka.create_topic(name, 1, ALL_KEPT)

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
        return {
            "preset": self.plan.preset,
            "home": str(self.home),
            "run": {
                "source": [self._url(",".join(self.plan.inputs))],
                "sink": [self._url(self.plan.topics.decisions)],
                "http": self.engine_address,
                "on": self.cluster.url if self.cluster else "local",
            },
            "store": {"url": self.postgres.url(DATABASE)},
        }

    def _cluster(self, cluster: SparkCluster) -> Part:
        servers = (cluster.master, *cluster.workers)

        def healthy() -> bool:
            return cluster.status().workers == len(cluster.workers)

        return Part("cluster", cluster.url, cluster.start, servers, healthy)

    def _schema(self) -> Part:
        step = self._step("schema", commands.migrate())
        return Part("schema", "fraudstream db migrate", step.again, log=step.server.log)

    def _learning(self) -> Part:
        step = self._step("model", commands.build_model(self.plan))
        return Part("training", "a model, meanwhile", step.begin, log=step.server.log)

    def _model(self) -> Part:
        step = self._step("model", commands.build_model(self.plan))
        trained = f"trained on the {self.plan.training_days:g} days before"
        return Part("model", self.plan.model or trained, step.finish, log=step.server.log)

    def _history(self) -> Part:
        url = self._url(self.plan.topics.input)
        step = self._step("history", commands.send_history(self.plan, url))
        about = f"the last {self.plan.history:g} days of {self.plan.customers:,} customers"
        return Part("history", about, step.finish, log=step.server.log)

    def _deciding(self) -> Part:
        """The engine, or the job on the cluster."""
        server, where = self.decider, f"http://{self.engine_address}"

        def start() -> None:
            local = {"SPARK_LOCAL_DIRS": str(self.folder.path / "spark" / "job-tmp")}
            server.start(replace(self._launch(commands.run()), environment=local))
            server.wait_ready(self._decides, PATIENCE, every=0.5)

        return Part(server.name, where, start, (server,), self._decides, server.log)

    def _decides(self) -> bool:
        said = ready(self.home)
        return bool(said and said.get("ready"))

    def _producer(self, which: str) -> Part:
        server = Server(which, self.folder.path / "producers")

        def start() -> None:
            url = self._url(self.plan.topics.input)
            server.start(self._launch(commands.produce(self.plan, which, url)))

        return Part(f"{which}", f"to {self.plan.topics.input}", start, (server,), server.running)

    def _prometheus(self) -> Part:
        server = self.prometheus

        def start() -> None:
            server.start({"spark" if self.cluster else "engine": self.engine_address})

        return Part("prometheus", server.url, start, (server.server,), server.ready)

    def _spoilt(self) -> Part:
        """A few messages that cannot be used, as every stream has them."""
        mark = self.folder.path / "steps" / "spoilt.done"

        def send() -> None:
            if not mark.exists():
                send_spoilt(self.kafka.bootstrap, self.plan.topics.input)
                mark.touch()

        return Part("spoilt", "two messages that will be rejected", send)

    def _flow(self) -> Part:
        """What happens now is decided and stored."""
        url = self.postgres.url(DATABASE)

        def wait() -> None:
            self.decider.wait_ready(lambda: is_flowing(url), PATIENCE, every=0.5)

        return Part("decisions", f"live in {DATABASE}", wait, log=self.decider.log)

    def _step(self, name: str, words: list[str]) -> Step:
        return Step(name, self.folder.path / "steps", self._launch(words))

    def _launch(self, words: list[str]) -> Launch:
        return Launch(words, folder=self.folder.path)
