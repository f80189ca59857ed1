"""Errors a person can act on: a stable name, what is wrong and where, what to do next.

Every error that reaches a user derives from :class:`FraudstreamError`. Its ``name`` never changes
once released (it is an anchor in ``docs/errors.md``) and its ``exit_code`` is what the command
line returns. Anything else that escapes is a bug of ours and exits with 70.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

__all__ = [
    "CheckFailed",
    "CheckpointIncompatible",
    "FraudstreamError",
    "InputInvalid",
    "ModelIncompatible",
    "NotInstalled",
    "NotReachable",
    "PresetInvalid",
    "Problem",
    "SchemaIncompatible",
    "SettingsInvalid",
    "StateInUse",
    "StorageFailed",
    "Superseded",
    "Unavailable",
    "UsageInvalid",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where.

    >>> str(Problem('unknown field "merchnt_id"', "bank.toml", 14, 12))
    'bank.toml:14:12  unknown field "merchnt_id"'
    """

    text: str
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(p) for p in (self.file, self.line, self.column) if p is not None)
        return f"{place}  {self.text}" if place else self.text


class FraudstreamError(Exception):
    """Base of everything a user is told; never raised itself.

    ``summary`` is one sentence; ``problems`` lists every cause found, not only the first;
    ``advice`` says what to do next, in the imperative.
    """

    name: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 70

    def __init__(self, summary: str, problems: Sequence[Problem] = (), advice: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.problems = tuple(problems)
        self.advice = advice

    def __str__(self) -> str:
        lines = [f"error[{self.name}]: {self.summary}"]
        lines += [f"  {problem}" for problem in self.problems]
        lines += [self.advice] if self.advice else []
        return "\n".join(lines)


class CheckFailed(FraudstreamError):
    """A check ran to its end and its answer is no."""

    name, exit_code = "check-failed", 1


class UsageInvalid(FraudstreamError):
    """The command cannot be understood or contradicts itself."""

    name, exit_code = "usage-invalid", 2


class PresetInvalid(FraudstreamError):
    """A preset has problems; all of them are listed."""

    name, exit_code = "preset-invalid", 2


class SettingsInvalid(FraudstreamError):
    """A setting (file, environment or command line) has problems; all of them are listed."""

    name, exit_code = "settings-invalid", 2


class NotInstalled(FraudstreamError):
    """An optional part is missing; the advice is the command that installs it."""

    name, exit_code = "not-installed", 3

    @classmethod
    def of_extra(cls, extra: str, summary: str) -> Self:
        """What an extra of the package would bring is missing."""
        return cls(
            summary,
            advice="Install it where pyproject.toml is: make services, "
            f"or without make: pip install '.[{extra}]'",
        )


class NotReachable(FraudstreamError):
    """Something that should answer (a server, a file's disk, a port) does not."""

    name, exit_code = "not-reachable", 3


class Unavailable(NotReachable):
    """What answered before does not answer now: the engine waits and tries again."""

    name = "unavailable"


class Superseded(FraudstreamError):
    """Another engine owns this input now; nothing was written after it took over."""

    name, exit_code = "superseded", 3


class InputInvalid(FraudstreamError):
    """Input as a whole cannot be used (a single bad message is a reject, not an error)."""

    name, exit_code = "input-invalid", 4


class StorageFailed(FraudstreamError):
    """Durable storage refused a write (a full disk, a lost permission); nothing was skipped."""

    name, exit_code = "storage-failed", 3


class StateInUse(FraudstreamError):
    """Another process owns the state; two would decide the same messages twice."""

    name, exit_code = "state-in-use", 3


class StateFull(FraudstreamError):
    """The state holds as much as it may; nothing more is read and nothing is forgotten."""

    name, exit_code = "state-full", 3


class ModelIncompatible(FraudstreamError):
    """A model was trained on other features than the ones that run."""

    name, exit_code = "model-incompatible", 5


class CheckpointIncompatible(FraudstreamError):
    """A checkpoint was written by other features or another layout of state."""

    name, exit_code = "checkpoint-incompatible", 5


class SchemaIncompatible(FraudstreamError):
    """A store's tables are of another version of the program than the one that runs."""

    name, exit_code = "schema-incompatible", 5
