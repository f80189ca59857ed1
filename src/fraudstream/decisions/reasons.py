"""Why an alert was raised: the features that pushed its score up most, in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.decisions.outcome import Reason
from fraudstream.schema import Aggregate, Input

__all__ = ["Phrase", "Vocabulary", "reasons_of"]

Phrase = Callable[[Aggregate | Input, float | None, float | None], str]
"""A feature, its value and what is usual, as a sentence; ``None`` where there is no value."""

_MOST = 3
_LEAST_WEIGHT = 0.005
"""A smaller weight would be shown as 0.00."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What reasons are made of: the features in matrix order, usual values (NaN: none), words."""

    features: tuple[Input | Aggregate, ...]
    usual: tuple[float, ...]
    phrase: Phrase


def reasons_of(
    vocabulary: Vocabulary, values: NDArray[np.float64], contributions: NDArray[np.float64]
) -> tuple[Reason, ...]:
    """The reasons of one alert: at most three, the weightiest first.

    ``values`` and ``contributions`` (F) are its features and their SHAP contributions to the
    margin; only contributions towards fraud are reasons, and of one aggregate over several windows
    only the weightiest. Where there is none, the expected loss alone made the alert, and that is
    the reason given.
    """
    found: dict[Hashable, int] = {}
    weights, said = contributions.tolist(), values.tolist()
    for k in np.argsort(-contributions, kind="stable").tolist():
        if weights[k] < _LEAST_WEIGHT or len(found) == _MOST:
            break
        found.setdefault(_subject(vocabulary.features[k]), k)
    if not found:
        return (_AMOUNT_AT_STAKE,)
    return tuple(_reason(vocabulary, k, said[k], weights[k]) for k in found.values())


def _subject(feature: Input | Aggregate) -> Hashable:
    """What a feature is about, whatever its window."""
    if isinstance(feature, Input):
        return feature.name
    return feature.entity, feature.function, feature.field, feature.filter


_AMOUNT_AT_STAKE = Reason(
    source="policy",
    code="amount_at_stake",
    value=None,
    usual=None,
    weight=0.0,
    text="nothing unusual, but the amount at stake is worth a check",
)


def _reason(vocabulary: Vocabulary, k: int, value: float, weight: float) -> Reason:
    feature, shown, usual = vocabulary.features[k], _known(value), _known(vocabulary.usual[k])
    return Reason(
        source="model",
        code=feature.name,
        value=shown,
        usual=usual,
        weight=round(weight, 2),
        text=vocabulary.phrase(feature, shown, usual),
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
