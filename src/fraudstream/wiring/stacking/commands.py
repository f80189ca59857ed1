"""What a stack types: each part of it that is ours is a command that a person could give.

They run in the stack's folder, whose fraudstream.toml says the rest.
"""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime, timedelta

from fraudstream.wiring.stacking.plan import Plan

__all__ = ["build_model", "migrate", "produce", "run", "send_history"]

OURS = (sys.executable, "-m", "fraudstream")
COMPILING = (sys.executable, "-m", "fraudstream.wiring.demonstration.compiling")
_PAST = "past.parquet"


def run() -> list[str]:
    """The engine."""
    return [*OURS, "run"]


def migrate() -> list[str]:
    """The tables of the database."""
    return [*OURS, "db", "migrate"]


def produce(plan: Plan, which: str, url: str) -> list[str]:
    """A live producer: ``normal`` or ``attack``."""
    rate = plan.rate * (plan.attack_share if which == "attack" else 1)
    return [*OURS, "simulate", which, "--rate", f"{rate:g}", *_bank(plan), "--sink", url]


def send_history(plan: Plan, url: str) -> list[str]:
    """What the bank did before its producers begin, all at once."""
    return [*OURS, "simulate", "--days", f"{plan.history:g}", *_bank(plan), "--sink", url]


def build_model(plan: Plan) -> list[str]:
    """Let a model decide: the one that is named, or one that learns from the bank's past.

    Meanwhile the kernels are compiled on another core, for training and engine.
    """
    model = plan.model or "model"
    past = [] if plan.model else [_simulate_past(plan)]
    train = [] if plan.model else [[*OURS, "train", _PAST, "--quick", "--out", model]]
    then = [*past, ["wait"], *train, [*OURS, "models", "promote", model]]
    meanwhile = "".join(f"{shlex.join(words)} >/dev/null 2>&1 & " for words in _compile(plan))
    return ["sh", "-c", meanwhile + " && ".join(map(shlex.join, then))]


def _compile(plan: Plan) -> list[list[str]]:
    return [[*COMPILING, part, plan.preset] for part in ("reading", "remembering")]


def _simulate_past(plan: Plan) -> list[str]:
    begin = datetime.now(UTC) - timedelta(days=plan.training_days + plan.history)
    words = [*OURS, "simulate", "--preset", plan.preset, "--seed", str(plan.seed)]
    words += ["--days", f"{plan.training_days:g}", "--start", f"{begin:%Y-%m-%d}"]
    return [*words, "--customers", str(plan.customers), "--out", _PAST]


def _bank(plan: Plan) -> list[str]:
    """Which bank it is, and in which words it speaks."""
    seeds = ["--seed", str(plan.seed), "--attack-seed", str(plan.attack_seed)]
    return ["--preset", plan.preset, *seeds, "--customers", str(plan.customers)]
