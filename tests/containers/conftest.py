"""The images, built once for all tests of containers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.containers.podman import SUITE, TARGETS, Podman, ready


@pytest.fixture(scope="session")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    """A podman that has the images."""
    ready()
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    built = Podman(tmp_path_factory.mktemp("containers"))
    built.make_base(Path(cache) / "fraudstream" / f"{SUITE}.tar")
    for target in TARGETS:
        built.build(target)
    yield built
    built.remove()
