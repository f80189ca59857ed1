"""Asking the store: the running engine first, the store's file only if none runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from fraudstream.serve.address import listening
from fraudstream.serve.answers import restored

__all__ = ["ask", "ready"]

_WAIT_SECONDS = 10.0
_OK, _NOT_READY = 200, 503
# a proxy knows nothing of this machine's own ports
_OPENER = build_opener(ProxyHandler({}))


def ask(
    home: Path, question: str, arguments: Mapping[str, str], offline: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What the store says.

    Asks the engine whose address stands in the home folder; where none answers, ``offline``, which
    opens the store. Raises ``CheckFailed`` for a no, such as an unknown transaction.
    """
    address = listening(home)
    if address is not None:
        try:
            return _asked(f"http://{address}/ask/{question}?{urlencode(arguments)}")
        except (OSError, HTTPException, ValueError):
            # nobody answers there, or somebody else does: its engine was killed
            pass
    return offline()


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


def _asked(url: str) -> dict[str, Any]:
    status, body = _got(url)
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
