"""What was caught, what was missed and whom it hurt, counted against the truth."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraudstream.decisions import Action, Outcome
from fraudstream.simulator import Chunk
from fraudstream.wiring.demonstration.alerts import Alert
from fraudstream.wiring.demonstration.latencies import Latencies

__all__ = ["SHOWN_ALERTS", "AttackScore", "Scorecard"]

SHOWN_ALERTS = 5


@dataclass(slots=True)
class AttackScore:
    """One kind of attack: its transactions, and in each campaign the first that was caught."""

    transactions: int = 0
    caught: int = 0
    campaigns: Counter[int] = field(default_factory=Counter)
    firsts: dict[int, int] = field(default_factory=dict)

    def add(self, campaign: int, caught: bool) -> None:
        """Count a transaction of a campaign."""
        self.transactions += 1
        self.campaigns[campaign] += 1
        if caught:
            self.caught += 1
            self.firsts.setdefault(campaign, self.campaigns[campaign])

    @property
    def first_caught_after(self) -> float | None:
        """The number of a campaign's first caught transaction, the median over those caught."""
        return float(median(self.firsts.values())) if self.firsts else None

    def figures(self) -> dict[str, Any]:
        """As the report gives it."""
        return {
            "transactions": self.transactions,
            "caught": self.caught,
            "first_caught_after": self.first_caught_after,
            "campaigns": len(self.campaigns),
            "campaigns_caught": len(self.firsts),
        }


@dataclass(slots=True)
class Scorecard:
    """Counts of a demo; amounts are in minor units, of which ``minor`` make a major one.

    An alert is a review or a decline; a fraud with an alert is caught.
    """

    minor: int
    actions: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(Action), np.int64))
    fraud: int = 0
    caught: int = 0
    saved: int = 0
    missed: int = 0
    stopped: int = 0
    checked: int = 0
    customers: set[int] = field(default_factory=set)
    customers_stopped: set[int] = field(default_factory=set)
    attacks: dict[str, AttackScore] = field(default_factory=dict)
    alerts: deque[Alert] = field(default_factory=lambda: deque(maxlen=SHOWN_ALERTS))
    latencies: Latencies = field(default_factory=Latencies)
    rejects: int = 0
    first_alert: float | None = None
    """Seconds from the command to the first alert."""

    def add(self, outcome: Outcome, truth: Chunk, seconds: float) -> None:
        """Count a batch; row ``i`` of ``truth`` is about decision ``i``."""
        self.rejects += len(outcome.rejects)
        if not len(outcome):
            return
        fraud, alerted = truth.is_fraud, outcome.actions != Action.APPROVE
        amounts = outcome.events.numbers[:, 0]
        self.actions += np.bincount(outcome.actions, minlength=len(Action))
        self.latencies.add(seconds, len(outcome))
        self.fraud += int(fraud.sum())
        self.caught += int((fraud & alerted).sum())
        self.saved += int(amounts[fraud & alerted].sum())
        self.missed += int(amounts[fraud & ~alerted].sum())
        self._add_harm(outcome.actions, truth)
        self._add_attacks(truth.where(fraud), alerted[fraud])

    def _add_harm(self, actions: NDArray[np.uint8], truth: Chunk) -> None:
        good, accounts = ~truth.is_fraud, truth.column("account")
        stopped = good & (actions == Action.DECLINE)
        self.stopped += int(stopped.sum())
        self.checked += int((good & (actions == Action.REVIEW)).sum())
        self.customers.update(accounts[good].tolist())
        self.customers_stopped.update(accounts[stopped].tolist())

    def _add_attacks(self, frauds: Chunk, caught: NDArray[np.bool_]) -> None:
        campaigns = frauds.column("campaign").tolist()
        for name, campaign, hit in zip(frauds.attack_names, campaigns, caught, strict=True):
            self.attacks.setdefault(str(name), AttackScore()).add(campaign, bool(hit))

    @property
    def transactions(self) -> int:
        """How many were decided."""
        return int(self.actions.sum())

    @property
    def alerted(self) -> int:
        """How many were reviewed or declined."""
        return self.transactions - int(self.actions[Action.APPROVE])

    @property
    def good(self) -> int:
        """How many were genuine."""
        return self.transactions - self.fraud

    def figures(self, running: float, currency: str) -> dict[str, Any]:
        """The report (docs/reports.md) after ``running`` seconds."""
        worth = self.saved + self.missed
        return {
            "transactions": self.transactions,
            "alerts": self.alerted,
            "fraud": self.fraud,
            "fraud_caught": self.caught,
            "recall": _share(self.caught, self.fraud),
            "precision": _share(self.caught, self.alerted),
            "value_recall": _share(self.saved, worth),
            "latency_us": self.latencies.figures(),
            "events_per_s": round(self.transactions / running, 1) if running else 0.0,
            "attacks": {name: score.figures() for name, score in sorted(self.attacks.items())},
            "actions": {a.name.lower(): int(n) for a, n in zip(Action, self.actions, strict=True)},
            "currency": currency,
            "money": {"saved": self.saved / self.minor, "missed": self.missed / self.minor},
            "good_transactions_declined": self.stopped,
            "good_transactions_reviewed": self.checked,
            "good_customers_stopped": len(self.customers_stopped),
            "good_customers": len(self.customers),
            "rejects": self.rejects,
            "seconds": round(running, 1),
            "seconds_to_first_alert": self.first_alert,
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
