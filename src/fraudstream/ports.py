"""The contracts between the engine and the outside world.

A source, a sink or a store is anything that keeps these; each contract has one test suite that
every adapter must pass (``tests/contracts``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fraudstream.events import Records

__all__ = [
    "Checkpoint",
    "Checkpoints",
    "Entry",
    "Fenced",
    "Leadership",
    "Position",
    "Primary",
    "Rehearsing",
    "Sink",
    "Source",
]

Position = Mapping[int, int]
"""For each partition, the offset of the next message to read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: what a batch consists of and what it was decided with.

    The batch is the messages of ``start`` (inclusive) to ``end`` (exclusive); ``as_of`` is the UTC
    ms beyond which no event time is believed; ``versions`` names kernel, features, model, policy,
    rules and lists. ``epoch`` rises with each new owner of the state. ``latency_us``, from messages
    to decisions, is for display, not part of the journal.
    """

    batch: int
    start: Position
    end: Position
    as_of: int
    versions: Mapping[str, str | None]
    epoch: int = 0
    latency_us: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """State after a batch: arrays by name, and the facts that say whether they fit."""

    batch: int
    position: Position
    fingerprint: str
    arrays: Mapping[str, NDArray[np.generic]]
    meta: Mapping[str, str | int] = field(default_factory=dict)


class Source(Protocol):
    """A log that can be read again from any position it has given out.

    Two reads of the same range give the same records. ``poll`` returns at most ``limit`` messages,
    fewer or none if that is what is there now, and ``None`` once a finite log is at its end;
    with ``until`` it never goes past that position. It never waits longer than ``wait`` seconds.
    """

    name: str

    def position(self) -> Position:
        """The position after the last message given out."""
        ...

    def seek(self, position: Position) -> None:
        """Go to a position that this log has given out before."""
        ...

    def poll(self, limit: int, until: Position | None = None, wait: float = 0.1) -> Records | None:
        """The next messages; raises ``Unavailable`` while the log cannot be reached."""
        ...

    def close(self) -> None:
        """Let go of files and connections; may be called twice."""
        ...


O = TypeVar("O", contravariant=True)
"""What a sink is given for a batch: a :class:`fraudstream.pipeline.Outcome`."""


class Sink(Protocol[O]):
    """Keeps the outcomes of batches, each once, in order.

    ``write`` returns when the batch is durable and is atomic: after a crash ``position`` is the
    number of the last batch that is wholly there (-1 for none), and nothing of a later one shows.
    """

    name: str

    def position(self) -> int:
        """Number of the last batch that is durably and wholly held; -1 for none."""
        ...

    def write(self, entry: Entry, outcome: O) -> None:
        """Keep a batch, or nothing of it.

        Raises ``Unavailable`` where trying again can help, ``StorageFailed`` where somebody must
        act first. The batch may be held all the same (an answer was lost): writing it again is
        harmless.
        """
        ...

    def close(self) -> None:
        """Flush and let go; may be called twice."""
        ...


@runtime_checkable
class Fenced(Protocol):
    """A sink that several processes can reach, of which one may write: the owner of its epoch."""

    name: str

    def epoch(self) -> int:
        """The epoch of the last owner; 0 before the first."""
        ...

    def claim(self, epoch: int) -> None:
        """Become the owner: on return no older owner can write any more, wherever it stopped.

        Raises ``Superseded`` if ``epoch`` is not newer than the one in force. A write of a former
        owner raises ``Superseded`` too, and changes nothing. What a write goes by is the epoch that
        was claimed, not the entry's: an owner also completes batches that a former one journalled.
        """
        ...


@runtime_checkable
class Rehearsing(Protocol[O]):
    """A sink whose first write takes long, because code has to be loaded for it."""

    def rehearse(self, entry: Entry, outcome: O) -> None:
        """Do what ``write`` does, except for writing: an engine that stands by is then ready."""
        ...


class Leadership(Protocol):
    """Which of several engines owns the input; the others follow."""

    def leads(self) -> bool:
        """Whether this one owns it now; returns at once and is asked often."""
        ...

    def resign(self) -> None:
        """Believe it no longer, and ask for it anew: somebody else was found to be the owner."""
        ...

    def close(self) -> None:
        """Give it up, so that another one can take over without waiting; may be called twice."""
        ...


class Primary(Sink[O], Protocol[O]):
    """The one sink that also keeps the journal.

    ``write`` makes the journal entry durable before (or in the same transaction as) any of the
    batch's decisions can be seen. An entry whose decisions did not become durable is still listed,
    so that the batch is computed again with the same messages and versions.
    """

    def entries(self, after: int) -> Iterator[Entry]:
        """The journal's entries with a batch number over ``after``, ascending."""
        ...


class Checkpoints(Protocol):
    """Keeps states; saving is atomic, the newest whole one is restored."""

    def save(self, checkpoint: Checkpoint) -> None:
        """Durable on return; raises ``StorageFailed`` and keeps the older ones otherwise."""
        ...

    def newest(self, at_most: int | None = None) -> Checkpoint | None:
        """The newest whole checkpoint (of no later batch), or None; a torn one is passed over."""
        ...
