"""``explain --recompute``: a stored decision made again from what is stored of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from fraudstream.config import Settings
from fraudstream.decisions import Action, Policy, price
from fraudstream.errors import CheckFailed, ModelIncompatible, Problem
from fraudstream.scoring import MICRO
from fraudstream.wiring.champions import registry
from fraudstream.wiring.presets import preset_named

__all__ = ["Again", "recomputed"]


@dataclass(frozen=True, slots=True)
class Again:
    """What the stored features give with the registry's model and the preset's policy."""

    score: float
    action: str

    def require(self, stored: Mapping[str, Any]) -> None:
        """Raise ``CheckFailed`` where the stored decision differs."""
        pairs = (("score", self.score), ("action", self.action))
        problems = [
            Problem(f"{name} was {stored[name]}, is {now}")
            for name, now in pairs
            if stored[name] != now
        ]
        if problems:
            raise CheckFailed(
                f"{stored['transaction_id']} would be decided differently from its stored features",
                problems,
                "The store, the model or the program was changed since.",
            )


def recomputed(settings: Settings, stored: Mapping[str, Any]) -> Again:
    """Score and decide a transaction's stored features once more, with the model that did then.

    Raises ``ModelIncompatible`` if the preset's policy is not the one of the decision.
    """
    preset = preset_named(settings.preset)
    version = stored["model_version"]
    model = registry(settings).get(version) if version else None
    policy = Policy.of(preset.costs, model.review_threshold if model else 0)
    if policy.version != stored["policy_version"]:
        then = stored["policy_version"]
        raise ModelIncompatible(
            f"it was decided with policy {then}, the preset has {policy.version}",
            advice="Name the preset as it was then: --preset FILE.",
        )
    values = [math.nan if f["value"] is None else f["value"] for f in stored["features"]]
    scores = np.zeros(1, np.int64) if model is None else model.score(np.array([values]))
    minor = Decimal(str(stored["amount_base"])).scaleb(preset.currency.digits[preset.currency.base])
    actions, _ = price(policy, scores, np.array([int(minor)]))
    return Again(int(scores[0]) / MICRO, Action(int(actions[0])).name.lower())
