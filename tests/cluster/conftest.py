"""Two databases, and two models of one bank."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import lightgbm
import numpy as np
import pytest
from tests.unit.scoring.models import facts

from fraudstream.pipeline import Extractor
from fraudstream.schema import builtin
from fraudstream.scoring import Model
from fraudstream.stack import Postgres
from fraudstream.stores.postgres import Address, migrate


@pytest.fixture
def databases(_postgres: Postgres) -> Iterator[tuple[str, str]]:
    """Addresses of two databases without any rows."""
    names = [f"test_{uuid.uuid4().hex[:12]}" for _ in range(2)]
    ours, again = (_postgres.create_database(name) for name in names)
    migrate(Address.of(ours))
    migrate(Address.of(again))
    yield ours, again
    for name in names:
        _postgres.drop_database(name)


@pytest.fixture(scope="session")
def models() -> tuple[Model, Model]:
    """Two models of the preset payments that know nothing and differ."""
    return _model(1), _model(2)


def _model(seed: int) -> Model:
    plan = Extractor.of(builtin("payments"), bytes(16)).plan
    chance = np.random.default_rng(seed)
    rows = chance.exponential(5.0, (2000, len(plan.names))).astype(np.float32)
    wanted = rows[:, ::7].sum(axis=1) + chance.normal(0, 20, 2000) > 5 * rows[:, ::7].shape[1]
    settings = {"objective": "binary", "num_leaves": 15, "num_threads": 1, "verbosity": -1}
    booster = lightgbm.train(settings, lightgbm.Dataset(rows, wanted), 20)
    return Model(
        booster.model_to_string(),
        facts(
            feature_names=plan.names,
            features=plan.fingerprint,
            kernel=plan.kernel,
            usual=(None,) * len(plan.names),
            parameters={"seed": seed},
        ),
    )
