"""Every command and setting that a container of ours is given is one that fraudstream knows."""

from __future__ import annotations

import json

import pytest
from tests.deploy import dockerfile
from tests.deploy.composed import services, target
from tests.deploy.kustomize import render
from tests.e2e.typed import parse

from fraudstream.config import load

OURS = {name: service for name, service in services().items() if target(service)}


@pytest.mark.parametrize("name", OURS)
def test_a_service_s_command_can_be_typed(name: str) -> None:
    service, stage = OURS[name], target(OURS[name])
    if "entrypoint" in service or stage == "model":
        return
    _, stages = dockerfile.parsed()
    image = dockerfile.inherited(stages[str(stage)], "CMD") or "[]"
    parse(service.get("command") or json.loads(image))


@pytest.mark.parametrize("name", OURS)
def test_a_service_s_settings_are_settings(name: str) -> None:
    environment = OURS[name].get("environment", {})
    said = load(environment={k: str(v) for k, v in environment.items()}).settings
    assert all("://" in url for url in (*said.run.source, *said.run.sink))


@pytest.mark.parametrize("variant", ["engine", "spark"])
def test_a_pod_s_command_and_settings_can_be_typed(variant: str) -> None:
    objects = render(variant)
    pods = [t["spec"]["template"]["spec"] for t in objects if "template" in t.get("spec", {})]
    for container in (c for pod in pods for c in pod["containers"]):
        if "command" not in container and "args" in container:
            parse(container["args"])
    (settings,) = [t["data"] for t in objects if t["kind"] == "ConfigMap"]
    said = load(environment=settings).settings
    assert all("://" in url for url in (*said.run.source, *said.run.sink))
