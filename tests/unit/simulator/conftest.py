"""The busy bank, drawn once for all tests."""

from __future__ import annotations

import pytest
from tests.unit.simulator.bank import BUSY, whole

from fraudstream.simulator import Chunk, World, build_world


@pytest.fixture(scope="session")
def busy() -> Chunk:
    """Every event of the busy bank."""
    return whole(BUSY)


@pytest.fixture(scope="session")
def payments(busy: Chunk) -> Chunk:
    """Its transactions."""
    return busy.transactions()


@pytest.fixture(scope="session")
def world() -> World:
    """Its customers and merchants."""
    return build_world(BUSY)
