"""What tests of the running service share: a model, trained once."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.recovery.service.bank import learn


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small model of the trials' bank."""
    return learn(tmp_path_factory.mktemp("learning"))
