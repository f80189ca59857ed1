"""A message's bytes as they may be kept: card numbers masked, not too long."""

from __future__ import annotations

import json
import re
from typing import Any

import pyarrow as pa

from fraudstream.codec.cards import mask_cards
from fraudstream.events import Envelope, Lines, Records

__all__ = ["KEPT_BYTES", "kept_bytes", "kept_envelope", "raw_of"]

KEPT_BYTES = 4096
"""Of a longer message only the first bytes are kept."""

_LONGEST_CARD = 32


def kept_bytes(raw: bytes, card: bytes | None = None) -> bytes:
    """Masked and cut to :data:`KEPT_BYTES`; ``card`` is a text known to be a card number.

    Where that text does not stand in the message as it is (it was escaped), every digit is masked.

    >>> kept_bytes(b'["4111-1111-1111-1111"]')
    b'["****-****-****-1111"]'
    """
    masked = mask_cards(raw[: KEPT_BYTES + _LONGEST_CARD])
    if card and masked == raw[: KEPT_BYTES + _LONGEST_CARD]:
        hidden = re.sub(rb"[0-9]", b"*", card)
        masked = raw.replace(card, hidden) if card in raw else re.sub(rb"[0-9]", b"*", raw)
    return masked[:KEPT_BYTES]


def kept_envelope(envelope: Envelope) -> Envelope:
    """Key and headers, masked and cut likewise."""
    if envelope == Envelope():
        return envelope
    key = None if envelope.key is None else kept_bytes(envelope.key)
    headers = [(n, None if v is None else kept_bytes(v)) for n, v in envelope.headers]
    return Envelope(key, tuple(headers))


def raw_of(records: Records, row: int) -> bytes:
    """The bytes of a message; a table's row as JSON."""
    if isinstance(records.payload, Lines):
        return records.payload.raw(row)
    names = records.payload.schema.names
    cells = {name: _cell(records.payload.column(i)[row]) for i, name in enumerate(names)}
    return json.dumps(cells, ensure_ascii=False, default=str).encode()


def _cell(value: pa.Scalar) -> Any:
    """A cell as Python value; where Python has none, text with marks or a bare number."""
    try:
        return value.as_py()
    except (ValueError, OverflowError):
        if hasattr(value, "as_buffer"):
            return value.as_buffer().to_pybytes().decode(errors="replace")
        return value.value
