"""Everything that is said of a model, in one place: what it catches, costs, and whom it hurts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from fraudstream.evaluation.breakdown import AttackFigures, by_attack, by_week
from fraudstream.evaluation.cases import Cases
from fraudstream.evaluation.detection import Detection, detection, first_fraud_recall
from fraudstream.evaluation.harm import Harm, harm
from fraudstream.evaluation.headline import Headline, headline
from fraudstream.evaluation.ranking import ap_interval
from fraudstream.schema import Preset

__all__ = ["Scorecard", "scorecard", "tidy"]

_MONEY = ("saved", "missed", "cost", "cost_unprotected", "amount", "amount_caught")
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Of one test, or of several that belong together; docs/reports.md explains every figure.

    Money is in minor units, ``scale`` of them are one major unit of ``currency``. ``baselines`` are
    other contestants on the same rows.
    """

    currency: str
    scale: int
    span: tuple[int, int]
    headline: Headline
    ap_interval: tuple[float, float]
    harm: Harm
    first_fraud_recall: float
    detection: Detection
    by_week: Mapping[str, Headline]
    by_attack: Mapping[str, AttackFigures]
    baselines: Mapping[str, Headline]

    def figures(self) -> dict[str, Any]:
        """As JSON: money in major units, null where a figure cannot be computed."""
        low, high = self.ap_interval
        found = {
            "from": _iso(self.span[0]),
            "to": _iso(self.span[1]),
            **asdict(self.headline),
            "ap_low": low,
            "ap_high": high,
            "currency": self.currency,
            "policy": self._money(asdict(self.harm)),
            "first_fraud_recall": self.first_fraud_recall,
            "detection": asdict(self.detection),
            "by_week": [{"week": week, **asdict(one)} for week, one in self.by_week.items()],
            "by_attack": {name: self._money(asdict(a)) for name, a in self.by_attack.items()},
            "baselines": {name: asdict(one) for name, one in self.baselines.items()},
        }
        return {name: tidy(value) for name, value in found.items()}

    def _money(self, figures: dict[str, Any]) -> dict[str, Any]:
        return {k: v / self.scale if k in _MONEY else v for k, v in figures.items()}


def scorecard(
    parts: Sequence[Cases], preset: Preset, baselines: Mapping[str, Sequence[Cases]]
) -> Scorecard:
    """Measure a contestant on one test or several, none of them empty, and others beside it.

    The reviewers' capacity of the preset is the alert budget of a day.
    """
    every, alerts = Cases.joined(list(parts)), preset.costs.reviews_per_day
    frauds, accounts, times = every.frauds, every.accounts, every.times
    caught = every.alerted[frauds]
    return Scorecard(
        currency=preset.currency.base,
        scale=10 ** preset.currency.digits[preset.currency.base],
        span=(int(times.min()), int(times.max())),
        headline=headline(parts, alerts),
        ap_interval=ap_interval([(part.frauds, part.scores, part.accounts) for part in parts]),
        harm=harm(every, preset.costs),
        first_fraud_recall=first_fraud_recall(frauds, every.alerted, accounts, times),
        detection=detection(accounts[frauds], times[frauds], caught),
        by_week=dict(by_week(every, alerts)),
        by_attack=dict(by_attack(every, alerts)),
        baselines={name: headline(others, alerts) for name, others in baselines.items()},
    )


def tidy(value: Any) -> Any:
    """Rounded to 10**-6, NaN as None, all the way down.

    >>> tidy({"a": [float("nan"), 1 / 3], "b": 2})
    {'a': [None, 0.333333], 'b': 2}
    """
    if isinstance(value, float):
        return round(value, _DIGITS) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: tidy(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(one) for one in value]
    return value


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")
