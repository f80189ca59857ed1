"""What the engine runs, seen from the engine: a state and a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from fraudstream.errors import ModelIncompatible
from fraudstream.events import Records

__all__ = ["Arrays", "Fixed", "Program", "Programs"]

S = TypeVar("S")
O = TypeVar("O", covariant=True)

Arrays = Mapping[str, NDArray[np.generic]]
"""A state as it is kept: plain arrays by name."""


class Program(Protocol[S, O]):
    """One set of versions: how it turns records and a state into an outcome.

    ``fingerprint`` names the kind of state: programs that share it can take over each other's.
    ``versions`` is what the journal says of every batch that this program decided.
    """

    @property
    def fingerprint(self) -> str:
        """What the state depends on."""
        ...

    @property
    def versions(self) -> Mapping[str, str | None]:
        """What the decisions depend on."""
        ...

    def empty(self) -> S:
        """The state before the first batch."""
        ...

    def restore(self, arrays: Arrays) -> S:
        """The state that ``snapshot`` gave."""
        ...

    def snapshot(self, state: S) -> Arrays:
        """The state as arrays, which may be views: they are read before the next step."""
        ...

    def memory(self, state: S) -> int:
        """Bytes that the state takes."""
        ...

    def step(self, state: S, records: Records, as_of: int) -> O:
        """Decide a batch and change the state; no I/O, no clock, the same bits every time."""
        ...


class Programs(Protocol[S, O]):
    """The program of new batches, and those of old ones."""

    def current(self) -> Program[S, O]:
        """What decides the next batch; asked before each, so it may change between two."""
        ...

    def of(self, versions: Mapping[str, str | None]) -> Program[S, O]:
        """The program that had these versions; raises ``ModelIncompatible`` if it is gone."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed(Generic[S, O]):
    """One program for everything; batches of another one cannot be computed again."""

    program: Program[S, O]

    def current(self) -> Program[S, O]:
        """The program."""
        return self.program

    def of(self, versions: Mapping[str, str | None]) -> Program[S, O]:
        """The program, if these are its versions."""
        mine = dict(self.program.versions)
        if dict(versions) == mine:
            return self.program
        differing = sorted(k for k in mine | dict(versions) if mine.get(k) != versions.get(k))
        raise ModelIncompatible(
            "The last batches before the stop were decided with another "
            + ", ".join(f"{k} ({versions.get(k)}, now {mine.get(k)})" for k in differing)
            + ".",
            advice="Start once more with that one, so that they can be completed, then change it.",
        )
