"""A model for tests: a trained forest with made-up facts."""

from __future__ import annotations

import msgspec
from tests.unit.scoring.forests import trained

from fraudstream.scoring import Facts, History, Knots, Model
from fraudstream.scoring.calibration import logistic

NAMES = tuple(f"f{k}" for k in range(8))


def facts(**changes: object) -> Facts:
    curve = logistic(1.1, -0.2)
    margins, micros = tuple(curve.margins.tolist()), tuple(curve.micros.tolist())
    made = Facts(
        feature_names=NAMES,
        features="a81c09d2",
        kernel="0.1.0",
        usual=(0.0, 1.0, *[0.5] * 5, None),
        calibration=Knots(curve.method, margins, micros),
        review_threshold=120,
        history=History(0, 86_400_000, 3000, 90, 86_400_000, 2 * 86_400_000, 900, 30, "0123abcd"),
        metrics={"auc": 0.9, "ap": 0.6},
        parameters={"learning_rate": 0.1, "objective": "binary"},
    )
    return msgspec.structs.replace(made, **changes)


def model(**changes: object) -> Model:
    return Model(trained(), facts(**changes))
