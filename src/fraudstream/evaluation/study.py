"""A dataset under test: which rows a model may learn from, and what became of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fraudstream.decisions import Policy, price
from fraudstream.evaluation.baselines import Logistic, RuleList
from fraudstream.evaluation.cases import NO_ATTACK, Cases, numbered
from fraudstream.schema import Preset
from fraudstream.scoring.scorer import MICRO
from fraudstream.training import Dataset, Labels

__all__ = ["Attacks", "Contest", "Fit", "Fitted", "Progress", "Study", "part_of"]

_ROWS = 65_536
"""Rows that are scored at a time: the matrix is wanted in float64 there."""

Progress = Callable[[str, int, int], None]
"""Told (stage, done, total) as work goes on."""


class Fitted(Protocol):
    """A model, as far as evaluation looks at it."""

    @property
    def review_threshold(self) -> int:
        """What a review must save, in minor units."""
        ...

    def score(self, matrix: NDArray[np.float64]) -> NDArray[np.int64]:
        """Scores in millionths."""
        ...


Fit = Callable[[Dataset], Fitted]
"""Trains a model on all that a dataset knows at its end."""


@dataclass(frozen=True, slots=True)
class Attacks:
    """Who really did it, for each row of a dataset: for scorecards only, never a feature.

    ``codes`` int64 (n) index ``names``, ``NO_ATTACK`` where none; ``campaigns`` int64 (n) tell the
    attacks of one name apart, None where accounts do that.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int64]
    campaigns: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Contest:
    """Cases of a model and of its baselines, over the same rows."""

    model: Cases
    baselines: Mapping[str, Cases] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """A dataset, the preset it was read with, and what is known of its attacks, if anything."""

    dataset: Dataset
    preset: Preset
    attacks: Attacks | None = None

    @cached_property
    def known(self) -> NDArray[np.int8]:
        """What is known of each row in the end."""
        return self.dataset.known_by(self.dataset.end)

    @cached_property
    def mature(self) -> NDArray[np.bool_]:
        """Rows old enough for their fraud to be known by now; of younger ones only frauds are."""
        mature = np.zeros(len(self.dataset), np.bool_)
        mature[self.dataset.mature_by(self.dataset.end)] = True
        return mature

    @cached_property
    def accounts(self) -> NDArray[np.int64]:
        """Numbers of the accounts."""
        return numbered(self.dataset.accounts)

    def cases(self, rows: NDArray[np.intp], scores: NDArray[np.int64], policy: Policy) -> Cases:
        """Rows with their scores in millionths, and what the policy does about them."""
        attacks = self.attacks or Attacks((), np.full(len(self.dataset), NO_ATTACK))
        campaigns = self.accounts if attacks.campaigns is None else attacks.campaigns
        amounts = self.dataset.amounts[rows]
        return Cases(
            scores=scores / MICRO,
            frauds=self.known[rows] == 1,
            actions=price(policy, scores, amounts)[0],
            amounts=amounts,
            times=self.dataset.event_times[rows],
            accounts=self.accounts[rows],
            attacks=attacks.codes[rows],
            campaigns=campaigns[rows],
            names=attacks.names,
        )

    def judge(self, model: Fitted, rows: NDArray[np.intp]) -> Cases:
        """Let a model decide the given rows."""
        policy = Policy.of(self.preset.costs, model.review_threshold)
        chunks = [rows[at : at + _ROWS] for at in range(0, len(rows), _ROWS)]
        scores = [model.score(self.dataset.matrix[one].astype(np.float64)) for one in chunks]
        return self.cases(rows, np.concatenate(scores), policy)

    def contest(self, learned: Dataset, fit: Fit, rows: NDArray[np.intp]) -> Contest:
        """Fit a model and its baselines on one dataset and judge them by rows of this one."""
        model = fit(learned)
        policy = Policy.of(self.preset.costs, model.review_threshold)
        known = learned.known_by(learned.end)
        lessons = learned.mature_by(learned.end)
        matrix, frauds = learned.matrix[lessons], known[lessons] == 1
        tested = self.dataset.matrix[rows]
        baselines = {
            name: self.cases(rows, _millionths(kind.fit(matrix, frauds).predict(tested)), policy)
            for name, kind in _BASELINES.items()
        }
        return Contest(self.judge(model, rows), baselines)


_BASELINES: Mapping[str, type[Logistic] | type[RuleList]] = {
    "logistic_regression": Logistic,
    "simple_rules": RuleList,
}


def part_of(dataset: Dataset, rows: NDArray[np.intp], moment: int) -> Dataset:
    """The given rows (ascending), with what was known of them at ``moment`` (UTC ms)."""
    place = np.full(len(dataset), -1)
    place[rows] = np.arange(len(rows))
    labels = dataset.labels
    kept = (place[labels.rows] >= 0) & (labels.known_ats <= moment)
    return replace(
        dataset,
        **{name: getattr(dataset, name)[rows] for name in _COLUMNS},
        labels=Labels(
            rows=place[labels.rows[kept]],
            ids=labels.ids[kept],
            frauds=labels.frauds[kept],
            known_ats=labels.known_ats[kept],
        ),
    )


_COLUMNS = (
    "matrix",
    "event_times",
    "arrivals",
    "amounts",
    "ids",
    "accounts",
    "partitions",
    "offsets",
)


def _millionths(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(probabilities * MICRO).astype(np.int64)
