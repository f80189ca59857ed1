"""Codes that kernels exchange: what a value looked like, and what can be wrong with it."""

from __future__ import annotations

from fraudstream.events import Reason

__all__ = ["REASONS"]

# The words of a span.
TYPE, START, END = range(3)

# What stood at a field's place. The two times are ms since 1970 in the span's start.
(
    ABSENT,
    NULL,
    FALSE,
    TRUE,
    INTEGER,
    DECIMAL,
    NONFINITE,
    STRING,
    OBJECT,
    ARRAY,
    UTC_MS,
    LOCAL_MS,
) = range(12)

# What is wrong with a message.
(
    FINE,
    TOO_LARGE,
    NOT_UTF8,
    LONE_SURROGATE,
    NOT_JSON,
    TOO_DEEP,
    NOT_OBJECT,
    REPEATED,
    MISSING_FIELD,
    WRONG_TYPE,
    UNKNOWN_KIND,
    NO_ENTITY,
    NOT_FINITE,
    NEGATIVE,
    OUT_OF_RANGE,
    TOO_PRECISE,
    NO_TIME,
    SKIPPED_TIME,
    TOO_OLD,
    TOO_NEW,
    EMPTY_TEXT,
    LONG_TEXT,
    UNKNOWN_CURRENCY,
    NO_RATE,
    CARD_NUMBER,
) = range(25)

REASONS = {
    TOO_LARGE: Reason.TOO_LARGE,
    NOT_UTF8: Reason.UTF8_INVALID,
    LONE_SURROGATE: Reason.UTF8_INVALID,
    NOT_JSON: Reason.JSON_MALFORMED,
    TOO_DEEP: Reason.JSON_MALFORMED,
    NOT_OBJECT: Reason.JSON_MALFORMED,
    REPEATED: Reason.FIELD_DUPLICATE,
    MISSING_FIELD: Reason.FIELD_MISSING,
    WRONG_TYPE: Reason.FIELD_TYPE,
    UNKNOWN_KIND: Reason.FIELD_TYPE,
    NO_ENTITY: Reason.FIELD_MISSING,
    NOT_FINITE: Reason.AMOUNT_NOT_FINITE,
    NEGATIVE: Reason.AMOUNT_NEGATIVE,
    OUT_OF_RANGE: Reason.AMOUNT_RANGE,
    TOO_PRECISE: Reason.AMOUNT_DECIMALS,
    NO_TIME: Reason.TIME_UNPARSABLE,
    SKIPPED_TIME: Reason.TIME_UNPARSABLE,
    TOO_OLD: Reason.TIME_PAST,
    TOO_NEW: Reason.TIME_FUTURE,
    EMPTY_TEXT: Reason.ID_EMPTY,
    LONG_TEXT: Reason.ID_TOO_LONG,
    UNKNOWN_CURRENCY: Reason.CURRENCY_UNKNOWN,
    NO_RATE: Reason.CURRENCY_NO_RATE,
    CARD_NUMBER: Reason.CARD_NUMBER,
}
"""The public reason of each fault; every one of them has a test."""
