"""What a demo shows: which bank, which attackers, how fast, and what it learns from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fraudstream.simulator import Settings as Bank
from fraudstream.training import QUICK
from fraudstream.training import Settings as Training

__all__ = ["HISTORY_DAYS", "Demo"]

HISTORY_DAYS = 45.0
"""Enough for the longest window of the features, 30 days, and for labels to have come."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo as it was asked for; ``rate`` is transactions a second by the clock."""

    home: Path
    http: str = "127.0.0.1:8710"
    rate: float = 1_000.0
    customers: int = 2_000
    seed: int = 1
    attack_seed: int = 2
    days: float = HISTORY_DAYS
    training: Training = QUICK

    @property
    def history(self) -> Bank:
        """What the model learns from: the bank's past, with attackers of its own seed."""
        return Bank(seed=self.seed, customers=self.customers, days=self.days, settle=False)

    @property
    def live(self) -> Bank:
        """The same bank from there on, attacked by strangers; it never ends."""
        return self.history.continued(None, attack_seed=self.attack_seed)

    @property
    def compression(self) -> float:
        """How many times faster than the clock the bank's time runs."""
        return self.history.compression(self.rate)

    def mark(self, features: str) -> str:
        """Sixteen hex digits over all that model and state depend on; ``features`` is theirs."""
        said = repr((features, self.history, self.training))
        return hashlib.sha256(said.encode()).hexdigest()[:16]
