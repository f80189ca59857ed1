"""Our images, built from the shipped Dockerfile and run with the commands of docker-compose.yml."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.containers.podman import INSIDE, Container, Podman
from tests.deploy.composed import services

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]

HOME = "/var/lib/fraudstream/home"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder of the containers' user, as a named volume is."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    os.chown(folder, INSIDE, INSIDE)
    return folder


@pytest.mark.parametrize("target", ["engine", "producer", "model"])
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
