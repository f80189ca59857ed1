"""Apache Kafka from its libraries: one broker, or several of which one may fail.

Every node is both controller and broker (KRaft), so that N nodes survive the loss of a minority.
"""

from __future__ import annotations

import os
import shlex
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fraudstream.errors import NotInstalled, NotReachable, Problem
from fraudstream.stack.jars import class_path, fetched
from fraudstream.stack.packages import JAVA, need
from fraudstream.stack.ports import LOCALHOST, kept_ports
from fraudstream.stack.server import Launch, Server

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient

__all__ = ["VERSION", "Kafka"]

VERSION = "4.2.0"
COORDINATES = (
    f"org.apache.kafka:kafka_2.13:{VERSION}",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.3",
)
SMALL = (
    "-Xms128m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dlog4j2.level=WARN",
)
"""Options of a broker that starts at once and takes little memory."""

ANSWER = 2.0
"""Seconds within which a broker that is up answers."""

PROPERTIES = """\
process.roles=broker,controller
node.id={node}
listeners=BROKER://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=BROKER://{host}:{port}
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.quorum.voters={voters}
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor={copies}
min.insync.replicas={enough}
offsets.topic.num.partitions=4
offsets.topic.replication.factor={copies}
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={enough}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=4194304
broker.session.timeout.ms=6000
"""


@dataclass(frozen=True, slots=True)
class _Node:
    """A broker's number (from 1), its server and where it listens."""

    number: int
    server: Server
    port: int
    controller: int


class Kafka:
    """The brokers of a folder. Made again from the same folder, it is the same cluster.

    ``brokers`` is 1, or 3 for a cluster that survives the loss of one; topics are kept on all.
    ``ports`` are the ports wanted, by broker number from 1; the others are free ones. ``jvm`` are
    the options of the brokers' Java.
    """

    def __init__(
        self,
        folder: Path,
        brokers: int = 1,
        ports: Mapping[int, int] = {},
        jvm: Sequence[str] = SMALL,
    ) -> None:
        self.folder, self._jvm = folder, jvm
        names = [f"{role}-{n}" for n in range(1, brokers + 1) for role in ("kafka", "controller")]
        kept = kept_ports(folder, names, {f"kafka-{n}": port for n, port in ports.items()})
        self._nodes = [
            _Node(n, Server(f"kafka-{n}", folder), kept[f"kafka-{n}"], kept[f"controller-{n}"])
            for n in range(1, brokers + 1)
        ]

    @property
    def bootstrap(self) -> str:
        """Addresses of the brokers, ``host:port,host:port``."""
        return ",".join(f"{LOCALHOST}:{node.port}" for node in self._nodes)

    @property
    def brokers(self) -> list[Server]:
        """The brokers as servers, to stop, kill, pause and resume; ``start`` starts them again."""
        return [node.server for node in self._nodes]

    def start(self, timeout: float = 60) -> None:
        """Start every broker that does not run, and return when all of them take part."""
        for node in self._nodes:
            node.server.start(Launch(["sh", "-c", self._script(node)]))
        for node in self._nodes:
            node.server.wait_ready(partial(self._takes_part, node), timeout)

    def stop(self) -> None:
        """Stop every broker; returns when all are gone."""
        for server in self.brokers:
            server.ask_to_stop()
        for server in self.brokers:
            # without a majority the last ones wait for it in vain; what was written is safe
            server.stop(timeout=5)

    def kill(self) -> None:
        """End every broker at once."""
        for server in self.brokers:
            server.kill()

    def ready(self) -> bool:
        """Whether every broker takes part."""
        return all(self._takes_part(node) for node in self._nodes)

    def create_topic(
        self, name: str, partitions: int = 1, config: Mapping[str, str] | None = None
    ) -> None:
        """Create a topic, and return when it is known; one that exists is left as it is."""
        from confluent_kafka import KafkaException
        from confluent_kafka.admin import NewTopic

        topic = NewTopic(name, num_partitions=partitions, config=dict(config or {}))
        try:
            # the client must live until its answer has come
            admin = _admin(self.bootstrap)
            admin.create_topics([topic], operation_timeout=30)[name].result()
        except KafkaException as error:
            if error.args[0].name() != "TOPIC_ALREADY_EXISTS":
                raise NotReachable(
                    f"The topic {name} cannot be created.",
                    [Problem(error.args[0].str(), self.bootstrap)],
                ) from error

    def _takes_part(self, node: _Node) -> bool:
        """Whether a node answers, and knows all the others."""
        from confluent_kafka import KafkaException

        admin = _admin(f"{LOCALHOST}:{node.port}")
        try:
            return len(admin.list_topics(timeout=ANSWER).brokers) == len(self._nodes)
        except KafkaException:
            return False

    def _data(self, node: _Node) -> Path:
        return self.folder / f"kafka-{node.number}-data"

    def _configured(self, node: _Node) -> str:
        voters = ",".join(f"{n.number}@{LOCALHOST}:{n.controller}" for n in self._nodes)
        copies = len(self._nodes)
        text = PROPERTIES.format(
            node=node.number,
            host=LOCALHOST,
            port=node.port,
            controller=node.controller,
            voters=voters,
            data=self._data(node),
            copies=copies,
            enough=copies // 2 + 1,
        )
        path = self.folder / f"kafka-{node.number}.properties"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def _script(self, node: _Node) -> str:
        """Shell text that prepares the data folder once and becomes the broker."""
        java, properties = (
            [_java(), "-cp", class_path(fetched("kafka", COORDINATES))],
            self._configured(node),
        )
        tool = [
            *java,
            "kafka.tools.StorageTool",
            "format",
            "-t",
            self._identity(),
            "-c",
            properties,
        ]
        broker = [*java, *self._jvm, "kafka.Kafka", properties]
        formatted = [f"{self._data(node)}/meta.properties"]
        return f"test -e {shlex.join(formatted)} || {shlex.join(tool)} && exec {shlex.join(broker)}"

    def _identity(self) -> str:
        """The cluster's id, which all its nodes carry; made at random at first."""
        path = self.folder / "cluster-id"
        if not path.exists():
            path.write_text(_random_id(), encoding="ascii")
        return path.read_text(encoding="ascii")


def _random_id() -> str:
    """A cluster's id as Kafka itself draws it: none begins like an option of a command."""
    while (drawn := urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return drawn


def _admin(bootstrap: str) -> AdminClient:
    try:
        from confluent_kafka.admin import AdminClient
    except ImportError as error:
        raise NotInstalled.of_extra("kafka", "The client of Kafka is not installed.") from error
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})


def _java() -> str:
    need(JAVA)
    home = os.environ.get("JAVA_HOME")
    return f"{home}/bin/java" if home else "java"
