"""docker-compose.yml as Compose reads it: variables from .env.example, profiles chosen."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml
from tests.structure.sources import ROOT

FILE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / ".env.example"
PROFILES = ("spark", "engine")
ONCE = {"migrate", "model-build", "history"}
"""Services that do one thing and end."""

_VARIABLE = re.compile(r"\$\{(\w+)(:[-?])?([^}]*)\}")

Service = dict[str, Any]


def example() -> dict[str, str]:
    """The variables of .env.example."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def required() -> set[str]:
    """Variables without which Compose refuses to start."""
    text = FILE.read_text(encoding="utf-8")
    return {name for name, kind, _ in _VARIABLE.findall(text) if kind == ":?"}


@cache
def document() -> dict[str, Any]:
    values = example()

    def filled(found: re.Match[str]) -> str:
        default = found[3] if found[2] == ":-" else ""
        return values.get(found[1], default)

    text = _VARIABLE.sub(filled, FILE.read_text(encoding="utf-8"))
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def services(profile: str | None = None) -> dict[str, Service]:
    """All services, or those that run under a profile."""
    return {
        name: service
        for name, service in document()["services"].items()
        if profile is None or profile in service.get("profiles", [profile])
    }


def target(service: Service) -> str | None:
    """Which of our images it runs; None for an image of others."""
    build = service.get("build")
    return build["target"] if build else None
