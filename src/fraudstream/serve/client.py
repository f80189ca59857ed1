"""Asking about a decision: the running engine first, the store's file only if none runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

from fraudstream.serve.address import listening
from fraudstream.serve.answers import restored

__all__ = ["ask", "ready"]

_WAIT_SECONDS = 10.0
_OK, _NOT_READY = 200, 503
# a proxy knows nothing of this machine's own ports
_OPENER = build_opener(ProxyHandler({}))

Explain = Callable[[str], dict[str, Any]]


def ask(home: Path, transaction_id: str, offline: Explain) -> dict[str, Any]:
    """All about one decision.

    Asks the engine whose address stands in the home folder; where none answers, ``offline``, which
    opens the store. Raises ``CheckFailed`` for an unknown transaction.
    """
    address = listening(home)
    if address is not None:
        try:
            return _asked(address, transaction_id)
        except (OSError, HTTPException, ValueError):
            # nobody answers there, or somebody else does: its engine was killed
            pass
    return offline(transaction_id)


def ready(home: Path) -> dict[str, Any] | None:
    """What the running engine says of itself; None where none runs."""
    address = listening(home)
    if address is None:
        return None
    try:
        status, body = _got(f"http://{address}/readyz")
    except (OSError, HTTPException, ValueError):
        return None
    return body if status in (_OK, _NOT_READY) and "versions" in body else None


def _asked(address: str, transaction_id: str) -> dict[str, Any]:
    status, body = _got(f"http://{address}/explain/{quote(transaction_id, safe='')}")
    if status == _OK:
        return body
    if "error" not in body:
        raise ValueError("not an engine's answer")
    raise restored(body)


def _got(url: str) -> tuple[int, dict[str, Any]]:
    try:
        with _OPENER.open(url, timeout=_WAIT_SECONDS) as answer:
            return answer.status, _object(answer.read())
    except HTTPError as error:
        with error:
            return error.code, _object(error.read())


def _object(body: bytes) -> dict[str, Any]:
    said = json.loads(body)
    if not isinstance(said, dict):
        raise ValueError("not an engine's answer")
    return said
