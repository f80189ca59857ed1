"""What a stack is to consist of; kept in its folder, so that every later command knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import msgspec

from fraudstream.errors import NotReachable, Problem, UsageInvalid
from fraudstream.simulator import Settings
from fraudstream.stack.folder import Folder
from fraudstream.wiring.simulating import Simulation

__all__ = ["Plan", "Topics", "folder_in", "has_plan", "keep_plan", "known_plan", "planned"]

_FILE = "stack.json"
_MAY_CHANGE = ("rate", "usual_ports")


@dataclass(frozen=True, slots=True)
class Topics:
    """Names of the topics, and how many partitions the input has."""

    input: str = "raw_transactions"
    decisions: str = "decisions"
    alerts: str = "alerts"
    rejects: str = "rejects"
    labels: str = "labels"
    profiles: str = "profiles"
    journal: str = "fraudstream_journal"
    control: str = "fraudstream_control"
    partitions: int = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """Where decisions are made, of which bank, and how much happens there.

    ``rate`` is live transactions a second, ``attack_share`` of it is how many attackers add;
    ``history`` days are there before the live ones, of as many ``customers`` at their own pace.
    ``model`` is the folder of a model; empty for one that learns from the ``training_days`` before
    the history. ``usual_ports`` are those that people expect, where they are free.
    """

    on: Literal["local", "spark"] = "local"
    preset: str = "payments"
    model: str = ""
    rate: float = 1.0
    attack_share: float = 0.1
    customers: int = 2_000
    history: float = 10.0
    training_days: float = 45.0
    seed: int = 1
    attack_seed: int = 2
    topics: Topics = Topics()
    usual_ports: bool = True

    @property
    def inputs(self) -> tuple[str, ...]:
        """The topics that decisions are made from, the transactions first."""
        if self.preset == "classic":
            return (self.topics.input,)
        return (self.topics.input, self.topics.labels, self.topics.profiles)


def folder_in(home: Path) -> Folder:
    """The folder of the stack in a home folder."""
    return Folder(home / "stack")


def keep_plan(folder: Folder, plan: Plan) -> None:
    """Write the plan down, whole or not at all."""
    draft = folder.path / f"{_FILE}.new"
    draft.write_bytes(msgspec.json.encode(plan))
    draft.replace(folder.path / _FILE)


def has_plan(folder: Folder) -> bool:
    """Whether there is a stack in the folder."""
    return (folder.path / _FILE).exists()


def known_plan(folder: Folder) -> Plan:
    """The plan of the stack in a folder; raises ``NotReachable`` where there is none."""
    if not has_plan(folder):
        raise NotReachable(
            f"There is no stack in {folder.path}.", advice="Start one: fraudstream stack up"
        )
    return msgspec.json.decode((folder.path / _FILE).read_bytes(), type=Plan)


def planned(folder: Folder, preset: str, wanted: Mapping[str, Any]) -> Plan:
    """The plan of the stack that is there, or a new one; ``wanted`` is what was asked for.

    Another rate is no other stack; raises ``UsageInvalid`` for what its data depend on.
    """
    if not has_plan(folder):
        return _possible(replace(Plan(preset=preset), **wanted))
    kept = known_plan(folder)
    held = {name: getattr(kept, name) for name in wanted if name not in _MAY_CHANGE}
    problems = [
        Problem(f"{name} is {value}, not {wanted[name]}")
        for name, value in held.items()
        if value != wanted[name]
    ]
    if problems:
        raise UsageInvalid(
            f"The stack in {folder.path} was made otherwise.",
            problems,
            "Start it as it is: fraudstream stack up; or end it first: fraudstream stack down",
        )
    return replace(kept, **wanted)


def _possible(plan: Plan) -> Plan:
    Simulation(Settings(customers=plan.customers), preset=plan.preset)
    if plan.preset == "classic" and not plan.model:
        raise UsageInvalid(
            "A model cannot learn from classic messages alone: they do not say what was fraud.",
            advice="Name a model that was trained for this preset: --model DIR",
        )
    return plan
