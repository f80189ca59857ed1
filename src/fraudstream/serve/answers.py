"""Errors on their way through HTTP: the same words at both ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fraudstream.errors import CheckFailed, FraudstreamError, NotReachable, Problem

__all__ = ["refused", "restored"]

_NOT_FOUND, _UNAVAILABLE = 404, 503


def refused(error: FraudstreamError) -> tuple[int, dict[str, Any]]:
    """Status and body that say an error: not found for a no, unavailable for anything else."""
    body = {
        "error": error.name,
        "summary": error.summary,
        "problems": [str(problem) for problem in error.problems],
        "advice": error.advice,
    }
    return (_NOT_FOUND if isinstance(error, CheckFailed) else _UNAVAILABLE), body


def restored(body: Mapping[str, Any]) -> FraudstreamError:
    """The error that a body says."""
    kind = CheckFailed if body["error"] == CheckFailed.name else NotReachable
    return kind(body["summary"], [Problem(text) for text in body["problems"]], body["advice"])
