"""Rejects as JSON lines: why, where from, and the bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from fraudstream.events import Envelope, Reject, place_of, readable

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

    A message that has a key or headers has them under ``key`` and ``headers``.

    >>> from fraudstream.events import Reason
    >>> encode_rejects("tx.jsonl", [Reject(Reason.ID_EMPTY, "empty id", b"{}", 0, 12)])
    b'{"reason":"id_empty","detail":"empty id","field":null,"source":{"name":"tx.jsonl",\
"partition":0,"offset":12},"first":null,"raw":"{}"}\\n'
    """
    return b"".join(_encoder.encode(_record(source, reject)) + b"\n" for reject in rejects)


def _record(source: str, reject: Reject) -> dict[str, Any]:
    name, partition = place_of(source, reject.partition)
    return {
        "reason": reject.reason,
        "detail": reject.detail,
        "field": reject.field,
        "source": {"name": name, "partition": partition, "offset": reject.offset},
        "first": _place(source, reject.first),
        **readable("raw", reject.raw),
        **_said(reject.envelope),
    }


def _place(source: str, first: tuple[int, int] | None) -> dict[str, int] | None:
    if first is None:
        return None
    return {"partition": place_of(source, first[0])[1], "offset": first[1]}


def _said(envelope: Envelope) -> dict[str, Any]:
    """Key and headers of a message that has any."""
    key = {} if envelope.key is None else readable("key", envelope.key)
    return {**key, **({"headers": envelope.said_headers()} if envelope.headers else {})}
