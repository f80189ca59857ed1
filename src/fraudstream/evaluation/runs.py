"""The three ways to put a model to the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import InputInvalid
from fraudstream.evaluation import handbook
from fraudstream.evaluation.cases import Cases
from fraudstream.evaluation.report import (
    Report,
    attack_table,
    columns,
    contest_table,
    harm_lines,
    week_table,
)
from fraudstream.evaluation.scorecard import scorecard, tidy
from fraudstream.evaluation.study import Contest, Fit, Fitted, Progress, Study, part_of

__all__ = ["evaluate_handbook", "evaluate_holdout", "evaluate_model"]

_LEARNED_SHARE = 0.7
_DAY = 86_400_000
_SIMULATED = (
    "Simulated data: real data scores far lower, so this is no promise of field performance."
)


def evaluate_holdout(study: Study, fit: Fit) -> Report:
    """Train on the first 70 % of the time with what was known by then, test on the rest.

    Of the last days before the cut no label was known (the gap), so they are not learned from.
    Raises ``InputInvalid`` where a part has nothing to learn from or to test on.
    """
    arrivals = study.dataset.arrivals
    if not len(arrivals):
        raise InputInvalid("there is no transaction to learn from")
    first, last = int(arrivals[0]), int(arrivals[-1])
    moment = first + int((last - first) * _LEARNED_SHARE)
    tested = _testable(study, arrivals > moment)
    learned = part_of(study.dataset, np.flatnonzero(arrivals <= moment), moment)
    return _report("holdout", study, [study.contest(learned, fit, tested)], {})


_NO_HISTORY = (
    "The data holds nothing from before the test, so every window began empty. Put the history\n"
    "before it into the same file, and the model is measured with what it would have known."
)


def evaluate_model(study: Study, model: Fitted, trained_to: int) -> Report:
    """Test a model on what arrived after ``trained_to`` (UTC ms), the end of its training.

    Raises ``InputInvalid`` where nothing did: a model knows what it was trained on.
    """
    arrivals = study.dataset.arrivals
    if len(arrivals) and int(arrivals[-1]) <= trained_to:
        raise InputInvalid(
            "the model was trained on this stretch of time; it would be measured by what it knows",
            advice="Give later data, or leave out --model to train on the first 70 % of this data.",
        )
    tested = _testable(study, arrivals > trained_to)
    report = _report("model", study, [Contest(study.judge(model, tested))], {})
    if int(arrivals[0]) > trained_to:
        return replace(report, text=f"{report.text}\n\n{_NO_HISTORY}")
    return report


def evaluate_handbook(study: Study, fit: Fit, progress: Progress) -> Report:
    """The four weeks of the public card data, under its authors' protocol.

    Each model is trained on eight weeks, the last of which is the protocol's training week. Raises
    ``CheckFailed`` unless the single split has the published counts.
    """
    days, frauds = study.dataset.event_times // _DAY, study.known == 1
    splits = [handbook.split(days, frauds, study.accounts, s) for s in handbook.TEST_WEEKS]
    counts = handbook.check_counts(splits[0], frauds)
    contests = []
    for done, one in enumerate(splits):
        progress("test weeks", done, len(splits))
        learned = part_of(study.dataset, one.history, (one.start + 14) * _DAY)
        contests.append(study.contest(learned, fit, one.test))
    progress("test weeks", len(splits), len(splits))
    return _report("handbook", study, contests, {"counts": counts})


def _testable(study: Study, wanted: NDArray[np.bool_]) -> NDArray[np.intp]:
    rows = np.flatnonzero(wanted & study.mature)
    if not len(rows):
        days = study.dataset.maturity / _DAY
        raise InputInvalid(
            "there is nothing to test on: no transaction in the test part is old enough for its "
            f"label to be known ({days:g} days)",
            advice="Give a longer stretch of time, or lower known_after under [labels] in the "
            "preset if labels come sooner.",
        )
    return rows


def _report(
    protocol: str, study: Study, contests: Sequence[Contest], more: Mapping[str, Any]
) -> Report:
    models = [contest.model for contest in contests]
    baselines: dict[str, list[Cases]] = {
        name: [contest.baselines[name] for contest in contests] for name in contests[0].baselines
    }
    card = scorecard(models, study.preset, baselines)
    figures = {"protocol": protocol, **more, **card.figures()}
    if protocol == "handbook":
        figures |= _beside_published(figures, scorecard(models[:1], study.preset, {}).figures())
    return Report(figures, _text(figures))


def _beside_published(four_weeks: Mapping[str, Any], one_week: Mapping[str, Any]) -> dict[str, Any]:
    """Our single split, and what the authors report."""
    names = ("auc", "ap", "cp100")
    return {
        "one_week": {name: one_week[name] for name in (*names, "ap_low", "ap_high")},
        "four_weeks": {name: four_weeks[name] for name in (*names, "ap_low", "ap_high")},
        "published": tidy(
            {
                one.model: {
                    "one_week": dict(zip(names, one.one_week, strict=True)),
                    "four_weeks": one.four_weeks and dict(zip(names, one.four_weeks, strict=True)),
                }
                for one in handbook.PUBLISHED
            }
        ),
        "note": _SIMULATED,
    }


def _text(figures: Mapping[str, Any]) -> str:
    begins, ends = figures["from"][:10], figures["to"][:10]
    head = (
        f"{figures['transactions']:,} transactions with {figures['frauds']:,} frauds, "
        f"{begins} to {ends}"
    )
    parts = [head, contest_table(figures), harm_lines(figures), week_table(figures)]
    parts += [attack_table(figures)] if figures["by_attack"] else []
    parts += [_published_text(figures)] if "published" in figures else []
    return "\n\n".join(parts)


def _published_text(figures: Mapping[str, Any]) -> str:
    counts = figures["counts"]
    split = (
        f"Split: train {counts['train_transactions']:,} / {counts['train_frauds']:,} frauds, "
        f"test {counts['test_transactions']:,} / {counts['test_frauds']:,}, as published."
    )
    head = ["AUC / AP / CP@100", "one week", "four weeks"]
    rows = [
        [name, _three(one["one_week"]), _three(one["four_weeks"])]
        for name, one in {**figures["published"], "fraudstream": figures}.items()
    ]
    return f"{split}\n\n{columns([head, *rows])}\n{_SIMULATED}"


def _three(figures: Mapping[str, float] | None) -> str:
    if figures is None:
        return "-"
    return " / ".join(f"{figures[name]:.3f}" for name in ("auc", "ap", "cp100"))
