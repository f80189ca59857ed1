"""What a stack is to consist of; kept in its folder, so that every later command knows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from fraudstream.errors import NotReachable
from fraudstream.stack.folder import Folder

__all__ = ["Plan", "Topics", "folder_in", "keep_plan", "known_plan"]

_FILE = "stack.json"


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
    partitions: int = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """Where decisions are made, of which bank, and how much happens there.

    ``rate`` is genuine transactions a second; ``history`` days of them are there before the live
    ones; the model is trained on ``training_days`` days of a bank of ``training_customers``.
    """

    on: Literal["local", "spark"] = "local"
    preset: str = "payments"
    rate: float = 1.0
    history: float = 8.0
    seed: int = 1
    attack_seed: int = 2
    training_days: float = 45.0
    training_customers: int = 2_000
    topics: Topics = Topics()


def folder_in(home: Path) -> Folder:
    """The folder of the stack in a home folder."""
    return Folder(home / "stack")


def keep_plan(folder: Folder, plan: Plan) -> None:
    """Write the plan down."""
    (folder.path / _FILE).write_bytes(msgspec.json.encode(plan))


def known_plan(folder: Folder) -> Plan:
    """The plan of the stack in a folder; raises ``NotReachable`` where there is none."""
    path = folder.path / _FILE
    if not path.exists():
        raise NotReachable(
            f"There is no stack in {folder.path}.", advice="Start one: fraudstream stack up"
        )
    return msgspec.json.decode(path.read_bytes(), type=Plan)
