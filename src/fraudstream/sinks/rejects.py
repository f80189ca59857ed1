"""Rejects as JSON lines: why, where from, and the bytes."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from fraudstream.events import Reject

__all__ = ["Rejecting", "encode_rejects"]

_encoder = msgspec.json.Encoder()


class Rejecting(Protocol):
    """What a sink needs to know of an outcome besides how to write it."""

    @property
    def source(self) -> str:
        """Name of the source."""
        ...

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """Messages that were not used."""
        ...


def encode_rejects(source: str, rejects: Iterable[Reject]) -> bytes:
    """One line for each reject; its bytes as ``raw``, or as ``raw_base64`` if they are not UTF-8.

    >>> from fraudstream.events import Reason
    >>> encode_rejects("tx.jsonl", [Reject(Reason.ID_EMPTY, "empty id", b"{}", 0, 12)])
    b'{"reason":"id_empty","detail":"empty id","field":null,"source":{"name":"tx.jsonl",\
"partition":0,"offset":12},"first":null,"raw":"{}"}\\n'
    """
    return b"".join(_encoder.encode(_record(source, reject)) + b"\n" for reject in rejects)


def _record(source: str, reject: Reject) -> dict[str, Any]:
    return {
        "reason": reject.reason,
        "detail": reject.detail,
        "field": reject.field,
        "source": {"name": source, "partition": reject.partition, "offset": reject.offset},
        "first": _place(reject.first),
        **_raw(reject.raw),
    }


def _place(first: tuple[int, int] | None) -> dict[str, int] | None:
    return None if first is None else {"partition": first[0], "offset": first[1]}


def _raw(raw: bytes) -> dict[str, str]:
    try:
        return {"raw": raw.decode()}
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(raw).decode()}
