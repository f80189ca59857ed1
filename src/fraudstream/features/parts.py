"""A plan taken apart by entity, so that the histories of each key can be kept anywhere.

What a transaction's features say of one entity's key depends on the events of that key alone, in
their order. So the parts of a plan may run on different machines, each key's events on one of them,
and together they give the bits that the whole plan gives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fraudstream.events import EventBatch, Kind
from fraudstream.features.kernel import layout as k
from fraudstream.features.kernel.layout import Program
from fraudstream.features.plan import Plan, plan_of
from fraudstream.schema import Input, InputFunction

__all__ = ["Needs", "Part", "parts_of"]

_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Needs:
    """Columns of the events' ``hashes``, ``numbers`` and ``codes`` that a part looks at."""

    hashes: NDArray[np.intp]
    numbers: NDArray[np.intp]
    codes: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The features of one entity; of none (``keys`` is empty) those of the event itself.

    ``columns`` are the columns of the whole plan's matrix that the part's columns are, ``keys`` the
    columns of ``hashes`` that make the entity's key, ``kinds`` the kinds of event that act on it.
    """

    plan: Plan
    columns: NDArray[np.intp]
    keys: tuple[int, ...]
    kinds: tuple[Kind, ...]
    needs: Needs

    def buckets(self, events: EventBatch, count: int) -> NDArray[np.int64]:
        """For each event the bucket of its key, 0 to ``count`` - 1; -1 where it has none to act on.

        All events of one key are in one bucket.
        """
        if not self.keys:
            return np.full(len(events), -1, np.int64)
        mixed = np.zeros(len(events), np.uint64)
        present = np.isin(events.kinds, self.kinds)
        for column in self.keys:
            present &= events.hashes[:, column].any(axis=1)
            mixed = (mixed ^ events.hashes[:, column, 0]) * _ODD
        return np.where(present, ((mixed >> np.uint64(32)) % np.uint64(count)).astype(np.int64), -1)


def parts_of(plan: Plan, secret: bytes) -> tuple[Part, ...]:
    """The parts of a plan that was compiled with ``secret``: the event's own first.

    Together their columns are all columns of the plan, each once.
    """
    preset = plan.preset
    own = [item for item in preset.inputs if item.function is not InputFunction.AGE_DAYS]
    parts = [_part(plan, secret, None, own)]
    for name, _ in preset.entities:
        ages = [item for item in preset.inputs if item not in own and item.entity == name]
        parts.append(_part(plan, secret, name, ages))
    return tuple(part for part in parts if len(part.columns))


def _part(plan: Plan, secret: bytes, entity: str | None, inputs: list[Input]) -> Part:
    preset = plan.preset
    features = tuple(f for f in preset.features if f.entity == entity)
    alone = plan_of(replace(preset, inputs=tuple(inputs), features=features), secret, plan.layout)
    names = [name for name, _ in preset.entities]
    return Part(
        plan=alone,
        columns=np.array([plan.names.index(name) for name in alone.names], np.intp),
        keys=plan.layout.entities[names.index(entity)] if entity else (),
        kinds=tuple(_kinds(alone.program)),
        needs=_needs(alone.program),
    )


def _kinds(program: Program) -> list[Kind]:
    kinds = [Kind.TRANSACTION]
    kinds += [Kind.LABEL] if len(program.frauds) else []
    kinds += [Kind.REVERSAL] if len(program.entities) else []
    return kinds + ([Kind.PROFILE] if len(program.profiles) else [])


def _needs(program: Program) -> Needs:
    filters = program.filters
    operations, columns = filters[:, k.T_OPERATION], filters[:, k.T_COLUMN]
    places = program.scalars[k.LATITUDE :] if _travels(program) else program.scalars[:0]
    inputs = program.inputs[:, k.I_COLUMN]
    return Needs(
        hashes=_distinct(
            program.key_columns,
            program.symbols[:, k.S_HASH],
            columns[np.isin(operations, (k.T_HASH, k.T_HASH_PRESENT))],
        ),
        numbers=_distinct(
            program.measures[:, k.M_NUMBER],
            program.flags[:, k.F_NUMBER],
            program.profiles[:, 2],
            columns[np.isin(operations, (k.T_NUMBER, k.T_NUMBER_PRESENT))],
            inputs[program.inputs[:, k.I_FUNCTION] == k.IN_NUMBER],
            places,
        ),
        codes=_distinct(
            columns[np.isin(operations, (k.T_CODE, k.T_CODE_PRESENT))],
            inputs[program.inputs[:, k.I_FUNCTION] == k.IN_CODE],
        ),
    )


def _travels(program: Program) -> bool:
    return bool((program.entities[:, k.E_PLACE] >= 0).any() or program.flags[:, k.F_PLACE].any())


def _distinct(*columns: NDArray[np.int64]) -> NDArray[np.intp]:
    found = np.unique(np.concatenate(columns))
    return found[found >= 0].astype(np.intp)
