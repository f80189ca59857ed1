"""What all tests share: time to compile, no settings from outside, the public data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from fraudstream.cli.compiled import keep_compiled

# before numba is imported: what a test changed is compiled anew, everything else is not
keep_compiled()

# the first example of a run may wait for the compiler
settings.register_profile("compiled", deadline=None, print_blob=True)
settings.load_profile("compiled")

pytest_plugins = ["tests.services.fixtures"]

HANDBOOK = "handbook_transactions.parquet"


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own FRAUDSTREAM_ variables do not reach the tests."""
    for name in [name for name in os.environ if name.startswith("FRAUDSTREAM_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_log_of_another_test() -> Iterator[None]:
    """A command under test makes the log write to its own standard error, which ends with it."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def handbook() -> Path:
    """The public simulated card data: $HANDBOOK_DATA, or beside the repository."""
    beside = Path(__file__).parents[2] / "shared" / "data" / HANDBOOK
    path = Path(os.environ.get("HANDBOOK_DATA", beside))
    if not path.exists():
        pytest.skip(f"needs the public card data: set HANDBOOK_DATA to {HANDBOOK}")
    return path
