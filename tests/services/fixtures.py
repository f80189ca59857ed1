"""The fixtures that ``tests.services`` describes."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fraudstream.errors import NotInstalled, NotReachable
from fraudstream.stack import Kafka, Postgres, Prometheus, SparkCluster, packages
from tests.services import shared
from tests.services.broker import Broker
from tests.services.database import DatabaseServer
from tests.services.timescale import Timescale


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shared.begin()
    shared.take_part()


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = os.environ.get(shared.FOLDER)
    if folder and not hasattr(config, "workerinput"):
        shared.end(Path(folder))


@pytest.fixture(scope="session")
def _kafka() -> Broker:
    return _broker("kafka", 1)


@pytest.fixture
def kafka(_kafka: Broker) -> Broker:
    return _kafka


@pytest.fixture(scope="session")
def _kafka_cluster() -> Broker:
    return _broker("kafka_cluster", 3)


@pytest.fixture
def kafka_cluster(_kafka_cluster: Broker) -> Iterator[Broker]:
    with shared.alone("kafka_cluster"):
        yield _kafka_cluster
        for broker in _kafka_cluster.brokers:
            broker.resume()
        _kafka_cluster.start()


@pytest.fixture(scope="session")
def _postgres() -> Postgres:
    return _database_server("postgres")


@pytest.fixture
def postgres(_postgres: Postgres) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield _postgres.create_database(name)
    _postgres.drop_database(name)


@pytest.fixture(scope="session")
def _postgres_server() -> Postgres:
    return _database_server("postgres_server")


@pytest.fixture
def postgres_server(_postgres_server: Postgres) -> Iterator[DatabaseServer]:
    with shared.alone("postgres_server"):
        yield (server := DatabaseServer(_postgres_server))
        server.mend()


@pytest.fixture(scope="session")
def _timescale() -> Iterator[Callable[[], str]]:
    """Starts servers, all of which end with the run."""
    servers: list[Timescale] = []

    def start() -> str:
        server = Timescale(shared.folder_of(f"timescale-{uuid.uuid4().hex[:8]}"))
        try:
            server.start()
        except (NotInstalled, NotReachable) as error:
            # a proof of a database that is optional: said at the end of the run, never fatal
            problems = "; ".join(map(str, error.problems))
            pytest.skip(f"no TimescaleDB: {error.summary} {problems} {error.advice}")
        servers.append(server)
        return server.url

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def _spark_cluster() -> SparkCluster:
    cluster = SparkCluster(shared.folder_of("spark"))
    shared.started("spark", cluster.start)
    return cluster


@pytest.fixture
def spark_cluster(_spark_cluster: SparkCluster) -> Iterator[SparkCluster]:
    with shared.alone("spark"):
        yield _spark_cluster
        _spark_cluster.start()


@pytest.fixture
def prometheus() -> Iterator[Prometheus]:
    server = Prometheus(shared.folder_of(f"prometheus-{uuid.uuid4().hex[:8]}"))
    try:
        packages.need(packages.PROMETHEUS)
    except NotInstalled as error:
        shared.refuse(error)
    yield server
    server.stop()


def _broker(name: str, brokers: int) -> Broker:
    kafka = Kafka(shared.folder_of(name), brokers)
    shared.started(name, kafka.start)
    return Broker(kafka)


def _database_server(name: str) -> Postgres:
    server = Postgres(shared.folder_of(name))
    shared.started(name, server.start)
    return server
