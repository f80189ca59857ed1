"""From a dataset to a model, with what was known when, and nothing later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.decisions import Policy, review_threshold
from fraudstream.errors import InputInvalid
from fraudstream.schema import Costs
from fraudstream.scoring import Facts, History, Knots, Model
from fraudstream.scoring.calibration import Calibration, logistic
from fraudstream.scoring.forest import pack
from fraudstream.scoring.lightgbm_text import read_forest
from fraudstream.scoring.trees import margins as margins_of
from fraudstream.training.calibrating import fit_logistic
from fraudstream.training.dataset import Dataset
from fraudstream.training.fitting import Progress, Settings, fit_trees, fitted_parameters

__all__ = ["Split", "split_of", "train"]

DAY = 86_400_000
_FEWEST_FRAUDS = 20
_HELD_OUT_FRAUDS = 5


@dataclass(frozen=True, slots=True)
class Split:
    """Rows of the trial fit and of its test, and what was known of the former by ``moment``.

    ``moment`` is UTC ms: the test begins there. Of the rows before it those are learned from that
    were mature by then, with what the stream knew of them by then.
    """

    moment: int
    learned: NDArray[np.intp]
    known: NDArray[np.int8]
    tested: NDArray[np.intp]


def split_of(dataset: Dataset, share: float) -> Split:
    """Cut by time so that the last ``share`` of the stretch is the test."""
    first, last = int(dataset.arrivals[0]), int(dataset.arrivals[-1])
    moment = last - int((last - first) * share)
    known = dataset.known_by(moment)
    mature = dataset.mature_by(dataset.end)
    return Split(
        moment=moment,
        learned=dataset.mature_by(moment),
        known=known,
        tested=mature[dataset.arrivals[mature] > moment],
    )


def train(dataset: Dataset, costs: Costs, settings: Settings, progress: Progress) -> Model:
    """Train on all that is known at the dataset's end.

    A trial model, fitted on the first part of the time with what was known at its end, scores the
    last part: its margins there fit the calibration, the threshold of a review and the figures on
    the model's card. The same data and settings give the same model, whatever the threads. Raises
    ``InputInvalid`` where there is too little to learn from.
    """
    known = dataset.known_by(dataset.end)
    rows = dataset.mature_by(dataset.end)
    _check_enough(dataset, known[rows])
    split = split_of(dataset, settings.test_share)
    _check_trial(split, known)
    margins = _trial(dataset, split, settings, progress)
    truth = known[split.tested]
    calibration = logistic(*fit_logistic(margins, truth))
    scores = calibration.micros_of(margins)
    reviews = review_threshold(
        Policy.of(costs), scores, dataset.amounts[split.tested], _capacity(dataset, split, costs)
    )
    text = fit_trees(dataset.matrix[rows], known[rows], dataset.names, settings, progress)
    facts = Facts(
        feature_names=dataset.names,
        features=dataset.features_fingerprint,
        kernel=dataset.kernel,
        usual=_usual(dataset.matrix, known == 0),
        calibration=_knots(calibration),
        review_threshold=reviews,
        history=_history(dataset, split, known),
        metrics=_figures(scores, truth),
        parameters=_parameters(settings, int(known[rows].sum())),
    )
    return Model(text, facts)


def _trial(
    dataset: Dataset, split: Split, settings: Settings, progress: Progress
) -> NDArray[np.float64]:
    """Margins of the test part by a model that could have been trained before it."""
    text = fit_trees(
        dataset.matrix[split.learned], split.known[split.learned], dataset.names, settings, progress
    )
    return margins_of(pack(read_forest(text)), dataset.matrix[split.tested].astype(np.float64))


def _knots(calibration: Calibration) -> Knots:
    return Knots(
        calibration.method,
        tuple(calibration.margins.tolist()),
        tuple(calibration.micros.tolist()),
    )


def _history(dataset: Dataset, split: Split, known: NDArray[np.int8]) -> History:
    rows = dataset.mature_by(dataset.end)
    return History(
        fitted_from=int(dataset.arrivals[rows[0]]),
        fitted_to=int(dataset.arrivals[rows[-1]]),
        rows=len(rows),
        frauds=int(known[rows].sum()),
        held_out_from=split.moment,
        held_out_to=int(dataset.arrivals[-1]),
        held_out_rows=len(split.tested),
        held_out_frauds=int(known[split.tested].sum()),
        data=dataset.fingerprint(rows, known)[:8],
    )


def _capacity(dataset: Dataset, split: Split, costs: Costs) -> int:
    """Reviews that can be made while what was tested arrived; younger rows are not in the test."""
    days = (int(dataset.arrivals[split.tested[-1]]) - split.moment) / DAY
    return int(costs.reviews_per_day * days)


def _usual(matrix: NDArray[np.float32], genuine: NDArray[np.bool_]) -> tuple[float | None, ...]:
    """The median of each feature over genuine transactions, None where it is always missing."""
    usual: list[float | None] = []
    for column in matrix[genuine].T:
        present = column[~np.isnan(column)]
        usual.append(float(np.median(present)) if len(present) else None)
    return tuple(usual)


def _figures(scores: NDArray[np.int64], truth: NDArray[np.int8]) -> dict[str, float]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    return {
        "auc": float(roc_auc_score(truth, scores)),
        "ap": float(average_precision_score(truth, scores)),
    }


def _parameters(settings: Settings, frauds: int) -> dict[str, float | str]:
    fitted = fitted_parameters(settings, frauds)
    return {"trees": settings.trees, "test_share": settings.test_share, **fitted}


def _check_enough(dataset: Dataset, known: NDArray[np.int8]) -> None:
    frauds = int(known.sum())
    if not len(dataset):
        raise InputInvalid("there is no transaction to learn from")
    if not len(dataset.labels):
        raise InputInvalid(
            "no transaction in this data is labelled",
            advice="Name the label column in the preset ([labels] field), give label events in the "
            "data, or a file of them with --labels.",
        )
    if frauds < _FEWEST_FRAUDS:
        raise InputInvalid(
            f"{frauds} known frauds among {len(known)} labelled transactions are too few to learn "
            f"from",
            advice=f"At least {_FEWEST_FRAUDS} are needed, a few hundred are better: take a longer "
            "stretch of time.",
        )
    if frauds == len(known):
        raise InputInvalid(
            "every labelled transaction is fraud; a model needs genuine ones as well",
            advice="Check the preset's [labels] fraud values.",
        )


def _check_trial(split: Split, known: NDArray[np.int8]) -> None:
    for part, frauds in (
        ("first", int((split.known[split.learned] == 1).sum())),
        ("last", int((known[split.tested] == 1).sum())),
    ):
        if frauds < _HELD_OUT_FRAUDS:
            raise InputInvalid(
                f"only {frauds} frauds are known in the {part} part of this stretch of time, too "
                "few to check a model by",
                advice="Take a longer stretch: labels count only from when they became known.",
            )
