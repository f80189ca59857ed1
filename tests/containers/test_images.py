"""Our images, built from the shipped Dockerfile and run with the commands of docker-compose.yml."""

from __future__ import annotations

import json
import os
import time
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.containers.podman import INSIDE, TARGETS, Container, Podman
from tests.deploy.composed import services
from tests.services.broker import Broker

from fraudstream.simulator import Settings, encode_json, stream
from fraudstream.stack.ports import free_port

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]

HOME = "/var/lib/fraudstream/home"
BANK = Settings(customers=50, days=2, settle=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder of the containers' user, as a named volume is."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    os.chown(folder, INSIDE, INSIDE)
    return folder


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_runs_as_a_user_that_owns_nothing_but_its_home(
    podman: Podman, target: str
) -> None:
    script = "id -u; touch home/mine && echo home; touch /opt/fraudstream/x 2>&1 || true"
    said = podman.run(Container(target, ("-c", script), entrypoint=("sh",)))
    user, place, refusal = said.splitlines()
    assert (user, place) == (str(INSIDE), "home")
    assert "Permission denied" in refusal


def test_an_image_holds_neither_tools_nor_tests(podman: Podman) -> None:
    script = "ls /build /opt/fraudstream/bin; command -v pip uv gcc || true"
    said = podman.run(Container("engine", ("-c", f"({script}) 2>&1"), entrypoint=("sh",)))
    assert "fraudstream" in said.split()
    assert not {"pip", "uv", "pytest", "mypy", "tools"} & set(said.split())


def test_the_spark_image_has_what_reads_kafka_and_needs_no_network_for_it(podman: Podman) -> None:
    asked = "from fraudstream.stack.jars import spark_connector; print(*spark_connector())"
    said = podman.run(Container("spark", ("-c", asked), entrypoint=("python3",)))
    assert "spark-sql-kafka-0-10_2.13-4.2.0.jar" in said
    master = ("-c", "spark-class org.apache.spark.deploy.master.Master --help 2>&1")
    assert "Usage: Master" in podman.run(Container("spark", master, entrypoint=("sh",)))


def test_the_first_model_is_built_once(podman: Podman, home: Path) -> None:
    service = services()["model-build"]
    environment = {**service["environment"], "MODEL_CUSTOMERS": "400"}
    building = Container("model", environment=environment, volumes={home: HOME})
    podman.run(building)
    listing = Container("engine", ("models", "list"), volumes={home: HOME})
    before = podman.run(listing)
    assert "champion" in before
    podman.run(building)
    assert podman.run(listing) == before


def test_the_engine_decides_in_a_container_what_kafka_holds(
    podman: Podman, home: Path, kafka: Broker, postgres: str, tmp_path: Path
) -> None:
    """As the services of docker-compose.yml, on servers of this machine in place of theirs."""
    topic, log = kafka.topic(partitions=2), tmp_path / "engine.log"
    service = services()["engine"]
    replaced = {
        "kafka:9092/raw_transactions,labels,profiles": f"{kafka.bootstrap}/{topic}",
        "kafka:9092/decisions": f"{kafka.bootstrap}/{kafka.topic()}",
    }
    environment = _environment(service["environment"], replaced, postgres)
    podman.run(Container("engine", services()["migrate"]["command"], environment))
    lines = [line for chunk in stream(BANK) for line in encode_json(chunk).splitlines()]
    transactions = sum(b'"kind"' not in line for line in lines)
    kafka.write(topic, [(None, line) for line in lines])
    address = f"127.0.0.1:{free_port()}"
    running = Container("engine", ("run", "--http", address), environment, {home: HOME})
    engine = podman.start(running, log)
    try:
        _until(lambda: engine.poll() is not None or _decided(postgres) >= transactions, log)
        _until(lambda: engine.poll() is not None or _role(address) == "leading", log)
    finally:
        engine.terminate()
    assert engine.wait(60) == 0
    assert _decided(postgres) == transactions


def _environment(given: dict[str, str], replaced: dict[str, str], store: str) -> dict[str, str]:
    """A service's settings, with the addresses of this machine; no model, all is approved."""
    settings = {name: value for name, value in given.items() if name != "FRAUDSTREAM_MODEL"}
    for name in settings:
        for theirs, ours in replaced.items():
            settings[name] = settings[name].replace(theirs, ours)
    # topics of the test's own, so that other tests on the same broker are left alone
    mark = f"containers-{uuid.uuid4().hex[:8]}"
    own = {
        f"FRAUDSTREAM_KAFKA__TOPICS__{name.upper()}": f"{mark}-{name}"
        for name in ("alerts", "rejects", "journal", "control")
    }
    return {**settings, **own, "FRAUDSTREAM_STORE__URL": store}


def _role(address: str) -> str:
    """What an engine that is ready says it does; nothing while it is not."""
    try:
        with urllib.request.urlopen(f"http://{address}/readyz", timeout=5) as answer:
            return str(json.load(answer)["role"])
    except OSError:
        return ""


def _decided(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("select count(*) from transactions").fetchone()
    return int(found[0]) if found else 0


def _until(true: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + 600
    while not true():
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")[-3000:]
        time.sleep(1)
