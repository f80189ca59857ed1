"""What was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["did_you_mean", "listed"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause to append to a complaint about ``word``; empty if nothing is near.

    >>> did_you_mean("merchnt_id", ["merchant_id", "card_id"])
    '; did you mean "merchant_id"?'
    """
    written = {name.lower(): name for name in sorted(known)}
    near = get_close_matches(word.lower(), written, n=1, cutoff=0.6)
    return f'; did you mean "{written[near[0]]}"?' if near else ""


def listed(words: Iterable[str], last: str = "or") -> str:
    """Words as people list them.

    >>> listed(["json", "csv", "parquet"])
    'json, csv or parquet'
    """
    *some, final = words
    return f"{', '.join(some)} {last} {final}" if some else final
