"""A trained model: a forest, its calibration, and the facts that say where it fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import ModelIncompatible, Problem
from fraudstream.scoring.artifact import read_files, version_of, write_files
from fraudstream.scoring.calibration import Calibration
from fraudstream.scoring.covers import covers_of
from fraudstream.scoring.explanation import contributions
from fraudstream.scoring.facts import Facts
from fraudstream.scoring.forest import Forest, pack
from fraudstream.scoring.lightgbm_text import read_forest
from fraudstream.scoring.trees import margins

__all__ = ["Model", "check"]

_NAMED = 10


class Model:
    """A loaded artifact; a :class:`fraudstream.scoring.Scorer`.

    ``text`` is the forest in LightGBM's text format, ``facts`` everything else; ``content`` is
    eight hex digits over both, ``version`` the same unless a registry has given a number.
    Raises ``ModelIncompatible`` where text and facts make no model.
    """

    def __init__(self, text: str, facts: Facts, version: str | None = None) -> None:
        self.text = text
        self.facts = facts
        self.content = version_of(text, facts)
        self.version = version or self.content
        self.feature_names = facts.feature_names
        self.calibration = _calibration(facts)
        trees = read_forest(text)
        self.forest, self.covers = pack(trees), covers_of(trees)
        _check_width(self.forest, facts)

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Model:
        """The model whose ``to_files`` these are; raises ``ModelIncompatible`` unless whole."""
        return cls(*read_files(files))

    def to_files(self) -> dict[str, bytes]:
        """Files by name: the forest (model.txt), the facts (model.json), a card for people."""
        return write_files(self.text, self.facts)

    def numbered(self, version: str) -> Model:
        """The same model under the number that a registry gives it."""
        return Model(self.text, self.facts, version)

    @property
    def features_fingerprint(self) -> str:
        """Of the features it was trained on."""
        return self.facts.features

    @property
    def usual(self) -> tuple[float, ...]:
        """Median of each feature over genuine training rows; NaN where it was always missing."""
        return tuple(np.nan if value is None else value for value in self.facts.usual)

    @property
    def review_threshold(self) -> int:
        """What a review must save over the next best action, minor units of the base currency."""
        return self.facts.review_threshold

    def score(self, matrix: NDArray[np.float64]) -> NDArray[np.int64]:
        """Calibrated probabilities, int64 millionths (n); ``matrix`` is (n, F), NaN = missing."""
        return self.calibration.micros_of(self.margins(matrix))

    def margins(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds before calibration, shape (n): LightGBM's own, to the bit."""
        return margins(self.forest, matrix)

    def explain(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Exact tree SHAP contributions to the margin, shape (n, F)."""
        return contributions(self.forest, self.covers, matrix)


def check(model: Model, fingerprint: str, names: Sequence[str]) -> None:
    """Raise ``ModelIncompatible`` unless the model was trained on exactly these features.

    ``fingerprint`` and ``names`` are the running plan's.
    """
    if model.features_fingerprint == fingerprint and model.feature_names == tuple(names):
        return
    raise ModelIncompatible(
        f"Model {model.version} was trained on features {model.features_fingerprint}, "
        f"but features {fingerprint} are running.",
        _differences(model.feature_names, tuple(names)),
        "Run it with the preset it was trained with, or train one for this preset: "
        "fraudstream train DATA --preset PRESET --out MODEL",
    )


def _differences(trained: tuple[str, ...], running: tuple[str, ...]) -> list[Problem]:
    lines = [
        *(f'the model needs "{name}", which the preset lacks' for name in _only(trained, running)),
        *(f'the preset has "{name}", which the model lacks' for name in _only(running, trained)),
    ]
    if not lines and trained != running:
        lines = ["the features are the same, but in another order"]
    elif not lines:
        lines = [
            "the names are the same; a window, filter, key, zone, lateness or the kernel differs"
        ]
    shown = lines[:_NAMED]
    if len(lines) > _NAMED:
        shown.append(f"and {len(lines) - _NAMED} more differences")
    return [Problem(line) for line in shown]


def _only(these: tuple[str, ...], those: tuple[str, ...]) -> list[str]:
    return [name for name in these if name not in those]


def _check_width(forest: Forest, facts: Facts) -> None:
    names = len(facts.feature_names)
    if forest.features > names or len(facts.usual) != names:
        raise ModelIncompatible(
            f"The model's forest asks for {forest.features} features and has usual values of "
            f"{len(facts.usual)}, but names {names}.",
            advice="Train again: fraudstream train.",
        )


def _calibration(facts: Facts) -> Calibration:
    knots = facts.calibration
    try:
        return Calibration(knots.method, np.array(knots.margins), np.array(knots.micros))
    except ValueError as error:
        raise ModelIncompatible(f"The model's calibration is unusable: {error}.") from error
