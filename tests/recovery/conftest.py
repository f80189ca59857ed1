"""What tests of the running service share: a model, trained once."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from tests.recovery.service.bank import learn
from tests.services import shared


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small model of the trials' bank."""
    return learn(tmp_path_factory.mktemp("learning"))


@pytest.fixture
def guarded() -> Path:
    """A folder for engines; should the run be killed, they are ended with its servers."""
    return shared.folder_of(f"engines-{uuid.uuid4().hex[:8]}")
