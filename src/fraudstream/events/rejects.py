"""A message that cannot be used is a value, kept with its reason."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Envelope", "Reason", "Reject", "readable"]


class Reason(StrEnum):
    """Why a message was rejected; also the label of the rejects metric."""

    JSON_MALFORMED = "json_malformed"
    ROW_MALFORMED = "row_malformed"
    """A row of a table in text form has more or fewer cells than its header."""
    UTF8_INVALID = "utf8_invalid"
    TOO_LARGE = "too_large"
    FIELD_MISSING = "field_missing"
    FIELD_TYPE = "field_type"
    FIELD_DUPLICATE = "field_duplicate"
    AMOUNT_NOT_FINITE = "amount_not_finite"
    AMOUNT_NEGATIVE = "amount_negative"
    AMOUNT_RANGE = "amount_range"
    AMOUNT_DECIMALS = "amount_decimals"
    TIME_UNPARSABLE = "time_unparsable"
    TIME_PAST = "time_past"
    TIME_FUTURE = "time_future"
    ID_EMPTY = "id_empty"
    ID_TOO_LONG = "id_too_long"
    DUPLICATE = "duplicate"
    ID_CONFLICT = "id_conflict"
    CURRENCY_UNKNOWN = "currency_unknown"
    CURRENCY_NO_RATE = "currency_no_rate"
    CARD_NUMBER = "card_number"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What came with a message besides its value: its key, and headers in their order."""

    key: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()

    def said_headers(self) -> list[dict[str, str]]:
        """The headers for JSON: each with its name and value."""
        return [{"name": name, **readable("value", value or b"")} for name, value in self.headers]


def readable(name: str, data: bytes) -> dict[str, str]:
    """Bytes for JSON, under a name that says whether they are text.

    >>> readable("raw", b"{}"), readable("raw", bytes([255]))
    ({'raw': '{}'}, {'raw_base64': '/w=='})
    """
    try:
        return {name: data.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(data).decode()}


@dataclass(frozen=True, slots=True)
class Reject:
    """One message that was not used: why, where it came from, and its bytes.

    ``raw`` and ``envelope`` have every run of digits that passes the card-number check masked.
    ``field`` names the field at fault (ours, not theirs), ``first`` the (partition, offset) of the
    first arrival when the reason is ``duplicate`` or ``id_conflict``.
    """

    reason: Reason
    detail: str
    raw: bytes
    partition: int
    offset: int
    field: str | None = None
    first: tuple[int, int] | None = None
    envelope: Envelope = Envelope()
