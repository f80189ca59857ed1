"""The same service as a good Python programmer would write it, event by event.

Dictionaries of deques with running sums and monotone deques for the maxima, one model call and one
JSON object an event. It does less than the engine: no validation, no late events, labels, reversals
or masking, no explanation beyond the names of the three weightiest features.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.decisions import Policy
from fraudstream.schema import Preset
from fraudstream.scoring import Calibration

__all__ = ["Json", "Peer", "Predictor"]

WINDOWS = (600_000, 3_600_000, 86_400_000, 604_800_000, 2_592_000_000)
ENTITIES = ("account_id", "card_id", "merchant_id", "device_id")
DEDUPE = 86_400_000
NOTHING = (0.0, 0.0, float("nan"))
ACTIONS = ("approve", "review", "decline")


@dataclass(frozen=True, slots=True)
class Json:
    """The library that reads and writes JSON."""

    loads: Callable[[bytes], Any]
    dumps: Callable[[Any], bytes]


@dataclass(frozen=True, slots=True)
class Predictor:
    """A LightGBM booster, and what its margins mean."""

    booster: Any
    names: tuple[str, ...]
    calibration: Calibration
    policy: Policy

    def margin(self, row: NDArray[np.float64]) -> float:
        """Log-odds of one row, shape (1, F)."""
        return float(self.booster.predict(row, raw_score=True, num_threads=1)[0])

    def weightiest(self, row: NDArray[np.float64]) -> list[str]:
        """The three features that pushed one row's margin up most."""
        shares = self.booster.predict(row, pred_contrib=True, num_threads=1)[0, :-1]
        return [self.names[k] for k in np.argsort(-shares)[:3]]


@dataclass(slots=True)
class Window:
    """Transactions of one key in one window: count, sum and maximum of the amount."""

    length: int
    total: int = 0
    held: deque[tuple[int, int]] = field(default_factory=deque)
    maxima: deque[tuple[int, int]] = field(default_factory=deque)

    def features(self, now: int) -> tuple[float, float, float]:
        """Count, sum and maximum over (now - length, now]."""
        oldest = now - self.length
        while self.held and self.held[0][0] <= oldest:
            self.total -= self.held.popleft()[1]
        while self.maxima and self.maxima[0][0] <= oldest:
            self.maxima.popleft()
        if not self.held:
            return NOTHING
        return float(len(self.held)), self.total / 100, self.maxima[0][1] / 100

    def add(self, now: int, amount: int) -> None:
        """Enter a transaction; none may be older than the newest."""
        self.held.append((now, amount))
        self.total += amount
        while self.maxima and self.maxima[-1][1] <= amount:
            self.maxima.pop()
        self.maxima.append((now, amount))


class Peer:
    """Message in, decision out; ``predictor`` may be left out to warm up."""

    def __init__(self, preset: Preset, json: Json, predictor: Predictor | None = None) -> None:
        self.json = json
        self.predictor = predictor
        self.histories: defaultdict[tuple[str, str], list[Window]] = defaultdict(
            lambda: [Window(length) for length in WINDOWS]
        )
        self.seen: dict[str, int] = {}
        self.digits = preset.currency.digits
        self.rates = preset.currency.rates

    def decide(self, message: bytes) -> tuple[list[float], bytes] | None:
        """Features and the decision record; None for a transaction that was here before."""
        found = self.observe(message)
        if found is None or self.predictor is None:
            return None
        event, amount, features = found
        return features, self.json.dumps(self._decision(event, amount, features))

    def observe(self, message: bytes) -> tuple[dict[str, Any], int, list[float]] | None:
        """The event, its amount in cents of the base currency, and its features."""
        event = self.json.loads(message)
        now = _milliseconds(event["event_time"])
        if self._is_duplicate(event["transaction_id"], now):
            return None
        amount = self._base_amount(event, now)
        features = [amount / 100]
        for entity in ENTITIES:
            value = event.get(entity)
            if value is None:
                features += (float("nan"),) * (3 * len(WINDOWS))
                continue
            windows = self.histories[entity, value]
            counts, sums, maxima = zip(*[w.features(now) for w in windows], strict=True)
            features += (*counts, *sums, *maxima)
            for window in windows:
                window.add(now, amount)
        return event, amount, features

    def _is_duplicate(self, name: str, now: int) -> bool:
        if name in self.seen:
            return True
        self.seen[name] = now
        while (oldest := next(iter(self.seen))) and self.seen[oldest] < now - DEDUPE:
            del self.seen[oldest]
        return False

    def _base_amount(self, event: dict[str, Any], now: int) -> int:
        code = event["currency"]
        amount = round(event["amount"] * 10 ** self.digits[code])
        rates = self.rates.get(code)
        if not rates:
            return amount
        _, over, under = rates[bisect_right(rates, now, key=lambda rate: rate[0]) - 1]
        whole, rest = divmod(amount * over, under)
        return whole + (2 * rest > under or (2 * rest == under and whole % 2 == 1))

    def _decision(
        self, event: dict[str, Any], amount: int, features: list[float]
    ) -> dict[str, Any]:
        assert self.predictor is not None
        row = np.array([features])
        micros = int(
            self.predictor.calibration.micros_of(np.array([self.predictor.margin(row)]))[0]
        )
        policy, score = self.predictor.policy, micros / 1e6
        costs = (
            score * amount * policy.loss_given_fraud / 1e6,
            float(policy.review),
            (1 - score) * policy.false_decline,
        )
        action = _cheapest(costs, policy.review_threshold)
        return {
            "transaction_id": event["transaction_id"],
            "account_id": event["account_id"],
            "event_time": event["event_time"],
            "amount": event["amount"],
            "currency": event["currency"],
            "amount_base": amount / 100,
            "action": ACTIONS[action],
            "score": score,
            "expected_cost": {
                name: round(cost) / 100 for name, cost in zip(ACTIONS, costs, strict=True)
            },
            "reasons": self.predictor.weightiest(row) if action else [],
        }


def _cheapest(costs: tuple[float, float, float], threshold: int) -> int:
    approve, review, decline = costs
    saved = min(approve, decline) - review
    if saved >= threshold and saved > 0:
        return 1
    return 2 if decline < approve else 0


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
