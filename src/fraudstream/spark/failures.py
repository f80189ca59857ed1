"""Errors on their way from a worker to the driver: the same words at both ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fraudstream import errors
from fraudstream.errors import FraudstreamError, Problem, StorageFailed

__all__ = ["restored", "told"]


def told(error: FraudstreamError) -> dict[str, Any]:
    """An error as JSON has it.

    >>> restored(told(StorageFailed("No room.", advice="Make some."))).advice
    'Make some.'
    """
    problems = [str(problem) for problem in error.problems]
    return {"kind": type(error).__name__, "said": [error.summary, problems, error.advice]}


def restored(body: Mapping[str, Any]) -> FraudstreamError:
    """The error that ``told`` told."""
    kind = getattr(errors, body["kind"], StorageFailed)
    summary, problems, advice = body["said"]
    found: FraudstreamError = kind(summary, [Problem(text) for text in problems], advice)
    return found
