"""The real kustomize: found, or built once from its source by Go."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml
from tests.services import shared
from tests.structure.sources import ROOT

from fraudstream.errors import NotInstalled

MODULE = "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1"
FOLDER = ROOT / "deploy" / "kubernetes"


def render(name: str) -> list[dict[str, Any]]:
    """The objects of deploy/kubernetes/``name``, as ``kubectl apply -k`` would send them."""
    command = [_program(), "build", str(FOLDER / name)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return list(yaml.safe_load_all(built.stdout))


def _program() -> str:
    found = shutil.which("kustomize")
    if found:
        return found
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(cache) / "fraudstream" / MODULE.rpartition("@")[2]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "kustomize").exists():
            _build(folder)
    return str(folder / "kustomize")


def _build(folder: Path) -> None:
    advice = f"Install kustomize, or Go: GOBIN={folder} go install {MODULE}"
    if shutil.which("go") is None:
        shared.refuse(NotInstalled("kustomize is not installed.", advice=advice))
    environment = {**os.environ, "GOBIN": str(folder)}
    built = subprocess.run(
        ["go", "install", MODULE], env=environment, capture_output=True, text=True, check=False
    )
    if built.returncode != 0:
        shared.refuse(NotInstalled(f"Go could not build kustomize: {built.stderr}", advice=advice))
