"""docker-compose.yml: what the specification, safety and our own commands ask of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from tests.deploy import composed, dockerfile
from tests.deploy.composed import ONCE, PROFILES, services, target
from tests.structure.sources import ROOT

from fraudstream.monitoring.grafana import provisioning_files

each = pytest.mark.parametrize("name", services())
in_each_profile = pytest.mark.parametrize("profile", PROFILES)

DEMANDED = {
    "kafka",
    "timescaledb",
    "model-build",
    "producer-normal",
    "producer-hacker",
    "prometheus",
    "grafana",
}


def test_it_is_what_the_compose_specification_allows() -> None:
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(composed.document())


def test_spark_or_the_engine_decides_never_both() -> None:
    spark, engine = (set(services(profile)) for profile in PROFILES)
    assert spark - engine == {"spark-master", "spark-worker", "spark-job"}
    assert engine - spark == {"engine"}
    assert spark & engine >= DEMANDED
    assert services()["spark-worker"]["deploy"]["replicas"] == 2
    assert composed.example()["COMPOSE_PROFILES"] in PROFILES


@each
def test_an_image_has_a_version(name: str) -> None:
    _, _, tag = services()[name]["image"].partition(":")
    assert re.match(r"v?\d+\.\d+\.\d+", tag), services()[name]["image"]


@each
def test_a_port_is_published_on_this_machine_only(name: str) -> None:
    outside = [p for p in services()[name].get("ports", []) if not p.startswith("127.0.0.1:")]
    assert outside == []


@each
def test_a_service_has_bounds_and_comes_back(name: str) -> None:
    service = services()[name]
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory"} <= set(limits)
    assert service["restart"] == ("on-failure" if name in ONCE else "unless-stopped")
    assert service["logging"]["options"]["max-size"]


@each
def test_a_container_of_ours_has_no_powers(name: str) -> None:
    service = services()[name]
    if target(service):
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service and service.get("network_mode") != "host"


@each
def test_what_goes_on_running_is_watched(name: str) -> None:
    """Producers only send: they end when they cannot, and are started again."""
    service = services()[name]
    if name in ONCE or name.startswith("producer"):
        return
    stage = target(service)
    _, stages = dockerfile.parsed()
    assert "healthcheck" in service or dockerfile.inherited(stages[str(stage)], "HEALTHCHECK")


@in_each_profile
def test_a_service_waits_only_for_what_runs_and_can_come_true(profile: str) -> None:
    running = services(profile)
    for name, service in running.items():
        for other, wait in service.get("depends_on", {}).items():
            assert other in running, f"{name} waits for {other}"
            ends = wait["condition"] == "service_completed_successfully"
            assert ends == (other in ONCE), f"{name} waits for {other}"
            assert ends or wait["condition"] == "service_healthy"


@in_each_profile
def test_what_decides_waits_for_broker_schema_and_model(profile: str) -> None:
    decides = {"spark": "spark-job", "engine": "engine"}[profile]
    waits = set(services(profile)[decides]["depends_on"])
    assert waits >= {"kafka", "migrate", "model-build"}


def test_every_target_is_a_stage_of_the_dockerfile() -> None:
    _, stages = dockerfile.parsed()
    assert {stage for s in services().values() if (stage := target(s))} <= set(stages)


def test_volumes_are_declared_and_mounted_files_exist() -> None:
    mounts = [v.split(":")[0] for s in services().values() for v in s.get("volumes", [])]
    named = {mount for mount in mounts if not mount.startswith(".")}
    assert named == set(composed.document()["volumes"])
    assert [m for m in mounts if m.startswith(".") and not (ROOT / m).exists()] == []


def test_passwords_come_from_the_environment_alone() -> None:
    text = composed.FILE.read_text(encoding="utf-8")
    secret = re.findall(r"\$\{(\w*PASSWORD\w*)(:[-?])", text)
    assert secret and {kind for _, kind in secret} == {":?"}
    for line in text.splitlines():
        if "PASSWORD:" in line:
            assert "${" in line, line


def test_the_example_has_all_that_is_required_and_is_not_the_file_in_use() -> None:
    assert composed.required() <= set(composed.example())
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[\w.-]*", v) for v in composed.example().values())


def test_grafana_is_told_all_that_its_data_sources_ask_for() -> None:
    sources = provisioning_files()["provisioning/datasources/fraudstream.yaml"]
    asked = set(re.findall(r"\$\{(\w+)\}", sources))
    assert asked <= set(services()["grafana"]["environment"])


def test_prometheus_looks_at_services_that_exist_on_ports_they_have() -> None:
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    found = {
        name: dns["port"]
        for job in config["scrape_configs"]
        for dns in job.get("dns_sd_configs", [])
        for name in dns["names"]
    }
    assert found == {"engine": 8710, "spark-job": 8710}
    assert set(found) <= set(services())
