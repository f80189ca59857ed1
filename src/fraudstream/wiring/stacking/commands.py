"""What a stack types: each part of it that is ours is a command that a person could give.

They run in the stack's folder, whose fraudstream.toml says the rest.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fraudstream.wiring.stacking.plan import Plan

__all__ = ["build_model", "marking", "migrate", "produce", "run"]

OURS = (sys.executable, "-m", "fraudstream")


def run() -> list[str]:
    """The engine."""
    return [*OURS, "run"]


def migrate() -> list[str]:
    """The tables of the database."""
    return [*OURS, "db", "migrate"]


def produce(plan: Plan, which: str, url: str) -> list[str]:
    """A producer: ``normal`` or ``attack``."""
    words = [*OURS, "simulate", which, "--preset", plan.preset, "--seed", str(plan.seed)]
    words += ["--attack-seed", str(plan.attack_seed), "--rate", f"{plan.rate:g}", "--sink", url]
    return words


def build_model(plan: Plan) -> list[str]:
    """Simulate a past, learn from it, let the model decide."""
    begin = datetime.now(UTC) - timedelta(days=plan.training_days)
    simulate = [*OURS, "simulate", "--preset", plan.preset, "--out", "history.parquet"]
    simulate += ["--days", f"{plan.training_days:g}", "--start", f"{begin:%Y-%m-%d}"]
    simulate += ["--customers", str(plan.training_customers), "--seed", str(plan.seed)]
    train = [*OURS, "train", "history.parquet", "--out", "model"]
    promote = [*OURS, "models", "promote", "model"]
    return ["sh", "-c", " && ".join(map(shlex.join, (simulate, train, promote)))]


def marking(words: Sequence[str], mark: Path) -> list[str]:
    """The same command, which leaves a file once it has ended well."""
    return ["sh", "-c", f"{shlex.join(words)} && touch {shlex.quote(str(mark))}"]
