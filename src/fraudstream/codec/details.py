"""What is wrong with a message, in words."""

from __future__ import annotations

from fraudstream.codec import values as v
from fraudstream.codec.cards import mask_cards
from fraudstream.codec.program import Plan
from fraudstream.codec.scan import MAX_DEPTH
from fraudstream.codec.spanned import Spanned
from fraudstream.codec.texts import LONGEST_TEXT
from fraudstream.schema import Field, FieldType

__all__ = ["card_in", "detail_of", "field_of"]

_WHOLE = {
    v.NOT_UTF8: "the message is not UTF-8",
    v.LONE_SURROGATE: "half of a surrogate pair in a text, at byte {at}",
    v.NOT_JSON: "not JSON, at byte {at}",
    v.NOT_OBJECT: "not a JSON object",
    v.TOO_DEEP: f"nested deeper than {MAX_DEPTH}, at byte {{at}}",
    v.NO_ENTITY: "a profile names the whole key of an entity; this one of none",
}

_OF_FIELD = {
    v.MISSING_FIELD: "{name} is missing",
    v.UNKNOWN_KIND: "{name} is {value}, not transaction, label, reversal or profile",
    v.NOT_FINITE: "{name} is {value}, not a finite number",
    v.NEGATIVE: "{name} is {value}, less than nothing",
    v.OUT_OF_RANGE: "{name} is {value}, over 10^12 of the smallest unit",
    v.TOO_PRECISE: "{name} is {value}, more decimals than its currency has; "
    'declare round = "half_even" for {name} to round such amounts',
    v.NO_TIME: '{name} is {value}, not a time as in its format "{format}"',
    v.SKIPPED_TIME: "{name} is {value}, which clocks in {zone} skipped; give it an offset from UTC",
    v.TOO_OLD: "{name} is {value}, before any time that is believed",
    v.TOO_NEW: "{name} is {value}, after the year 2199",
    v.EMPTY_TEXT: "{name} is empty",
    v.LONG_TEXT: f"{{name}} has {{size}} bytes; at most {LONGEST_TEXT}",
    v.UNKNOWN_CURRENCY: "{name} is {value}, not an ISO 4217 code",
    v.NO_RATE: "{name} is {value}, for which the preset has no rate at that time",
    v.CARD_NUMBER: "{name} is a card number; send a token in its place",
}

_SHOWN_TYPES = {
    v.FALSE: "false",
    v.TRUE: "true",
    v.OBJECT: "an object",
    v.ARRAY: "a list",
    v.UTC_MS: "a time",
    v.LOCAL_MS: "a time",
    v.STRING: "a text",
    v.NONFINITE: "not a finite number",
}
_WANTED = {
    FieldType.TEXT: "a text or whole number",
    FieldType.ENUM: "a text or whole number",
    FieldType.COUNTRY: "a text",
    FieldType.MONEY: "decimal digits",
    FieldType.NUMBER: "decimal digits",
    FieldType.TIME: "a time",
    FieldType.BOOLEAN: "true, false, 1 or 0",
    FieldType.KIND: "a text",
}
_SHOWN_BYTES = 60


def field_of(plan: Plan, fault: int, guilty: int) -> Field | None:
    """The field at fault; for a repeated key the field that it is, if it is one."""
    if fault == v.REPEATED:
        path = plan.paths.keys[guilty]
        return next((field for field in plan.fields if field.path == path), None)
    return plan.fields[guilty] if fault in _OF_FIELD or fault == v.WRONG_TYPE else None


def card_in(plan: Plan, spanned: Spanned, row: int, field: Field) -> bytes | None:
    """The text that was found to be a card number."""
    return spanned.shown(row, plan.paths.paths.index(field.path))


def detail_of(plan: Plan, spanned: Spanned, reject: tuple[int, int, int], size: int) -> str:
    """One sentence; ``reject`` is (row, fault, guilty), ``size`` that of the message in bytes."""
    row, fault, guilty = reject
    if fault == v.TOO_LARGE:
        return f"the message has {size:,} bytes, more than input.max_bytes allows"
    if fault == v.REPEATED:
        return f'"{".".join(plan.paths.keys[guilty])}" stands twice'
    if fault in (v.NOT_JSON, v.NOT_OBJECT) and size == 0:
        return "the message is empty"
    field = field_of(plan, fault, guilty)
    if field is None:
        return _WHOLE[fault].format(at=guilty)
    slot = plan.paths.paths.index(field.path)
    if fault == v.WRONG_TYPE:
        return _wrong_type(field, spanned, row, slot)
    return _OF_FIELD[fault].format(
        name=field.name,
        value=_value(spanned, row, slot),
        format=field.format,
        zone=field.zone,
        size=int(spanned.spans[row, slot, v.END]) - int(spanned.spans[row, slot, v.START]),
    )


def _wrong_type(field: Field, spanned: Spanned, row: int, slot: int) -> str:
    kind = int(spanned.spans[row, slot, v.TYPE])
    shown = _value(spanned, row, slot) if kind in _TEXTUAL else _SHOWN_TYPES[kind]
    return f"{field.name} is {shown}, not {_WANTED[field.type]}"


_TEXTUAL = (v.STRING, v.INTEGER, v.DECIMAL, v.NONFINITE)


def _value(spanned: Spanned, row: int, slot: int) -> str:
    """A value as it may be shown: masked, short, quoted if it is text."""
    kind = int(spanned.spans[row, slot, v.TYPE])
    if kind not in _TEXTUAL:
        return "such a time" if kind in (v.UTC_MS, v.LOCAL_MS) else "absent"
    text = mask_cards(spanned.shown(row, slot) or b"")
    shown = text[:_SHOWN_BYTES].decode(errors="replace") + ("…" if text[_SHOWN_BYTES:] else "")
    return f'"{shown}"' if kind == v.STRING else shown
