"""What the past has left behind, as flat arrays: histories, early labels, profiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import CheckpointIncompatible
from fraudstream.features.kernel.layout import K_WIDTH, LARGEST, SMALLEST, TOP, WIDEST, Memory
from fraudstream.features.plan import Plan
from fraudstream.tables import empty_table, reserved, used_words
from fraudstream.tables import kernel as table

__all__ = ["FeatureState", "Usage"]

_TABLES = {"keys": K_WIDTH, "pairs": 3, "marks": 4, "profiles": 3}
_META = 8
_AHEAD = 64
"""Events for which room is made at once, where they come one by one."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a state holds, and the bytes it takes."""

    keys: int
    values: int
    early: int
    profiles: int
    bytes: int


class FeatureState:
    """Every entity's history. It belongs to one plan and changes only through ``observe``."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._spare = 0

    @classmethod
    def empty(cls, plan: Plan) -> FeatureState:
        """The state before the first event."""
        arrays: dict[str, NDArray[np.int64]] = {
            "arena": np.zeros(1024, np.int64),
            "free": np.full(len(plan.program.entities) * LARGEST, -1, np.int64),
            "meta": np.zeros(_META, np.int64),
        }
        arrays["meta"][WIDEST] = SMALLEST
        for name, width in _TABLES.items():
            arrays |= empty_table(name, width)
        return cls(Memory(**arrays))

    def reserve(self, plan: Plan, events: int) -> None:
        """Make sure that the tables have room for what ``events`` more events can add."""
        if events <= self._spare:
            self._spare -= events
            return
        program, ahead = plan.program, max(events, _AHEAD)
        per_event = {
            "keys": len(program.entities),
            "pairs": len(program.symbols),
            "marks": len(program.entities),
            "profiles": len(program.profiles),
        }
        for name, count in per_event.items():
            if larger := reserved(self.memory._asdict(), name, count * ahead):
                self.memory = self.memory._replace(**larger)
        self._spare = ahead - events

    def widen(self) -> None:
        """Double the arena."""
        arena = self.memory.arena
        larger = np.zeros(2 * len(arena), np.int64)
        larger[: len(arena)] = arena
        self.memory = self.memory._replace(arena=larger)

    def usage(self) -> Usage:
        """How much is held. Bytes are those in use, not those set aside."""
        memory = self.memory
        used = int(memory.meta[TOP])
        used += sum(used_words(memory._asdict(), name) for name in _TABLES)
        return Usage(
            keys=int(memory.keys_counts[table.LIVE]),
            values=int(memory.pairs_counts[table.LIVE]),
            early=int(memory.marks_counts[table.LIVE]),
            profiles=int(memory.profiles_counts[table.LIVE]),
            bytes=8 * used,
        )

    def snapshot(self) -> dict[str, NDArray[np.int64]]:
        """Copies of the parts in use, by name; what ``restore`` needs."""
        arrays = {name: array.copy() for name, array in self.memory._asdict().items()}
        arrays["arena"] = arrays["arena"][: int(self.memory.meta[TOP])].copy()
        for name in _TABLES:
            used = int(arrays[f"{name}_counts"][table.USED])
            arrays[name] = arrays[name][:used].copy()
        return arrays

    @classmethod
    def restore(cls, plan: Plan, arrays: Mapping[str, NDArray[np.generic]]) -> FeatureState:
        """The state of which ``arrays`` are a snapshot.

        Raises ``CheckpointIncompatible`` where they cannot be one of this plan.
        """
        missing = set(Memory._fields) - set(arrays)
        entities = len(plan.program.entities)
        if missing or len(arrays["free"]) != entities * LARGEST:
            raise CheckpointIncompatible(
                "the state in this checkpoint has another layout than these features need",
                advice="Build the state again from the log, or start with an empty state folder.",
            )
        state = cls(
            Memory(**{n: np.ascontiguousarray(arrays[n], np.int64) for n in Memory._fields})
        )
        spare = np.zeros(max(1024, len(state.memory.arena) // 4), np.int64)
        state.memory = state.memory._replace(arena=np.concatenate([state.memory.arena, spare]))
        return state
