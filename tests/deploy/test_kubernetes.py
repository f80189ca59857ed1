"""What kustomize renders is what Kubernetes' own schemas allow, safe, and can be typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml
from tests.deploy.dockerfile import parsed
from tests.deploy.kustomize import FOLDER, render

VERSIONS = ("1.31", "1.34", "1.37")
VARIANTS = ("engine", "spark")

Object = dict[str, Any]


@pytest.fixture(scope="module", params=VARIANTS)
def objects(request: pytest.FixtureRequest) -> list[Object]:
    return render(request.param)


def _pods(objects: list[Object]) -> Iterator[tuple[str, Object]]:
    """Name and pod of everything that makes pods."""
    for thing in objects:
        template = thing.get("spec", {}).get("template")
        if template:
            yield thing["metadata"]["name"], template["spec"]


def _containers(objects: list[Object]) -> list[tuple[str, Object]]:
    return [(name, c) for name, pod in _pods(objects) for c in pod["containers"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_what_the_schema_allows(objects: list[Object], version: str) -> None:
    for thing in objects:
        kubernetes_validate.validate(thing, version, strict=True)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_first_model_can_be_added(
    variant: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    overlay = tmp_path_factory.mktemp("overlay", numbered=True)
    up = "../" * len(overlay.parts[1:])
    places = {name: f"{up}{FOLDER.relative_to('/')}/{name}" for name in (variant, "first-model")}
    document = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "fraudstream",
        "resources": [places[variant]],
        "components": [places["first-model"]],
    }
    (overlay / "kustomization.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    names = {thing["metadata"]["name"] for thing in render(str(overlay))}
    assert "model-build" in names


def test_the_secret_has_every_key_that_is_read(objects: list[Object]) -> None:
    secret = yaml.safe_load((FOLDER / "secret.example.yaml").read_text(encoding="utf-8"))
    kubernetes_validate.validate(secret, VERSIONS[-1], strict=True)
    read = {
        (source["name"], source["key"])
        for _, container in _containers(objects)
        for variable in container.get("env", [])
        if (source := variable.get("valueFrom", {}).get("secretKeyRef"))
    }
    assert read <= {(secret["metadata"]["name"], key) for key in secret["stringData"]}
    assert not any(thing["kind"] == "Secret" for thing in objects)


def test_everything_is_in_one_namespace_and_says_what_it_belongs_to(objects: list[Object]) -> None:
    assert {thing["metadata"]["namespace"] for thing in objects} == {"fraudstream"}
    labels = [thing["metadata"].get("labels", {}) for thing in objects]
    assert {label.get("app.kubernetes.io/part-of") for label in labels} == {"fraudstream"}


def test_a_pod_runs_as_nobody_in_particular_and_may_do_nothing(objects: list[Object]) -> None:
    for name, pod in _pods(objects):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] == 10001, name
        assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault", name
        assert pod["serviceAccountName"] == "fraudstream", name
    for name, container in _containers(objects):
        assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
        assert container["resources"]["requests"]["memory"], name
        assert container["resources"]["limits"]["memory"], name


def test_what_serves_is_probed_and_survives_a_drained_node(objects: list[Object]) -> None:
    serving = {
        t["metadata"]["name"]: t for t in objects if t["kind"] in ("Deployment", "StatefulSet")
    }
    budgets = {
        tuple(t["spec"]["selector"]["matchLabels"].items())
        for t in objects
        if t["kind"] == "PodDisruptionBudget"
    }
    for name, thing in serving.items():
        (container,) = thing["spec"]["template"]["spec"]["containers"]
        assert {"readinessProbe", "livenessProbe"} <= set(container), name
        # the master keeps nothing that is not made again within seconds
        budget = tuple(thing["spec"]["selector"]["matchLabels"].items())
        assert budget in budgets or name == "spark-master"


def test_a_selector_finds_its_own_pods(objects: list[Object]) -> None:
    pods = {
        tuple(sorted(t["spec"]["template"]["metadata"]["labels"].items()))
        for t in objects
        if t["kind"] in ("Deployment", "StatefulSet")
    }
    for thing in objects:
        spec = thing.get("spec", {})
        wanted = spec.get("selector", {}) if thing["kind"] == "Service" else None
        if wanted:
            assert any(set(wanted.items()) <= set(labels) for labels in pods), thing["metadata"]


def test_an_image_is_one_of_ours_in_its_version(objects: list[Object]) -> None:
    _, stages = parsed()
    for _, container in _containers(objects):
        name, _, tag = container["image"].partition(":")
        assert name.removeprefix("fraudstream/") in stages and tag == "0.1.0"
