"""The images' locks are parts of the project's own, so that tests ran what images hold."""

from __future__ import annotations

import re

import pytest
from tests.structure.sources import ROOT

LOCKS = ("requirements-build", "requirements-engine", "requirements-spark")


def _pins(path: str) -> dict[str, str]:
    text = (ROOT / path).read_text(encoding="utf-8")
    return {name: pin for name, pin in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_of_the_images_agrees_with_what_is_tested(name: str) -> None:
    tested = _pins("requirements.lock") | _pins("requirements-services.lock")
    pins = _pins(f"deploy/{name}.lock")
    assert pins and {n: p for n, p in pins.items() if tested.get(n) != p} == {}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_hashes(name: str) -> None:
    text = (ROOT / "deploy" / f"{name}.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_engine_s_image_is_small_for_what_it_leaves_out() -> None:
    pins = _pins("deploy/requirements-engine.lock")
    assert {"confluent-kafka", "psycopg", "lightgbm"} <= set(pins)
    assert not {"pyspark", "pytest", "mypy", "grafana-foundation-sdk"} & set(pins)
    assert "pyspark" in _pins("deploy/requirements-spark.lock")
