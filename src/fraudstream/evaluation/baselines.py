"""What a model has to beat: a logistic regression on the same features, and a few simple rules.

Both are fitted on the rows the model is fitted on and see the same matrix (n, F), NaN = missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

__all__ = ["Logistic", "Rule", "RuleList"]

Matrix = NDArray[np.float32] | NDArray[np.float64]

_TAIL = (0.0001, 0.001, 0.003, 0.01, 0.03, 0.1)
"""Shares of the rows that a rule may catch: its thresholds are the quantiles that leave these."""

_MOST_RULES = 5


class Logistic:
    """Mean imputation with an indicator for what was missing, standardised, then L2 (C = 1)."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    @classmethod
    def fit(cls, matrix: Matrix, frauds: NDArray[np.bool_]) -> Logistic:
        """Fit on rows of which both kinds are there."""
        pipeline = make_pipeline(
            SimpleImputer(add_indicator=True, keep_empty_features=True),
            StandardScaler(),
            LogisticRegression(tol=1e-3, max_iter=1000),
        )
        return cls(pipeline.fit(matrix, frauds))

    def predict(self, matrix: Matrix) -> NDArray[np.float64]:
        """Probabilities (n)."""
        return self._pipeline.predict_proba(matrix)[:, 1].astype(np.float64)


@dataclass(frozen=True, slots=True)
class Rule:
    """``feature >= threshold``, or ``<=`` where not ``above``; a missing feature never matches."""

    feature: int
    threshold: float
    above: bool
    precision: float

    def matches(self, matrix: Matrix) -> NDArray[np.bool_]:
        """Which rows it catches."""
        column = matrix[:, self.feature]
        return column >= self.threshold if self.above else column <= self.threshold

    def text(self, names: Sequence[str]) -> str:
        """As an analyst would write it.

        >>> Rule(0, 220.0, True, 0.9).text(["amount"])
        'amount >= 220'
        """
        return f"{names[self.feature]} {'>=' if self.above else '<='} {self.threshold:.6g}"


@dataclass(frozen=True, slots=True)
class RuleList:
    """A decision list (Rivest, Machine Learning 2, 1987) of at most five one-feature rules.

    The first rule that matches gives its precision in training as the score, ``rest`` where none
    does. Rules are found greedily: the next one has the largest (frauds caught)² / (rows caught)
    among what earlier ones leave, over thresholds at fixed quantiles of every feature.
    """

    rules: tuple[Rule, ...]
    rest: float

    @classmethod
    def fit(cls, matrix: Matrix, frauds: NDArray[np.bool_]) -> RuleList:
        """Fit on rows of which both kinds are there."""
        binned = [_Binned(matrix[:, feature]) for feature in range(matrix.shape[1])]
        left = np.ones(len(frauds), np.bool_)
        rules: list[Rule] = []
        while len(rules) < _MOST_RULES and frauds[left].any():
            rule = _best(binned, left, frauds)
            if rule is None:
                break
            rules.append(rule)
            left &= ~rule.matches(matrix)
        return cls(tuple(rules), float(frauds[left].mean()) if left.any() else 0.0)

    def predict(self, matrix: Matrix) -> NDArray[np.float64]:
        """Scores (n) in 0..1."""
        scores = np.full(len(matrix), self.rest)
        for rule in reversed(self.rules):
            scores[rule.matches(matrix)] = rule.precision
        return scores


class _Binned:
    """A feature cut at the thresholds that rules may have, so that each round only counts."""

    def __init__(self, column: Matrix) -> None:
        known = column[~np.isnan(column)]
        shares = sorted([*_TAIL, *(1 - share for share in _TAIL)])
        cuts = np.quantile(known, shares, method="higher") if len(known) else known
        self.thresholds = np.unique(cuts)
        # odd: on a threshold; even: between two; the last one: missing
        self._last = 2 * len(self.thresholds) + 1
        bins = np.searchsorted(self.thresholds, column) + np.searchsorted(
            self.thresholds, column, side="right"
        )
        self._bins = np.where(np.isnan(column), self._last, bins).astype(np.uint8)

    def caught(self, rows: NDArray[np.bool_], above: bool) -> NDArray[np.int64]:
        """How many of the rows each threshold catches."""
        counts = np.bincount(self._bins[rows], minlength=self._last + 1)[: self._last]
        totals = counts[::-1].cumsum()[::-1] if above else counts.cumsum()
        return totals[1::2]


def _best(
    binned: Sequence[_Binned], left: NDArray[np.bool_], frauds: NDArray[np.bool_]
) -> Rule | None:
    """The rule with the largest frauds² / rows; None if nothing catches more than chance."""
    found, most = None, float(frauds[left].mean() * frauds[left].sum())
    for feature, column in enumerate(binned):
        for above in (True, False):
            rows, hits = column.caught(left, above), column.caught(left & frauds, above)
            worth = hits**2 / np.maximum(rows, 1)
            if len(worth) and worth.max() > most:
                k = int(worth.argmax())
                most, threshold = float(worth[k]), float(column.thresholds[k])
                found = Rule(feature, threshold, above, float(hits[k] / rows[k]))
    return found
