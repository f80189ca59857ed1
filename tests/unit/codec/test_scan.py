"""The scanner against Python's own json, on good, odd and damaged messages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.codec.messages import DECODER, message, only_reject, records_of

from fraudstream.codec.scan import MAX_DEPTH
from fraudstream.codec.spanned import Spanned, spans_of_lines
from fraudstream.codec.values import (
    ABSENT,
    ARRAY,
    DECIMAL,
    FALSE,
    FINE,
    INTEGER,
    NOT_UTF8,
    NULL,
    OBJECT,
    REPEATED,
    STRING,
    TRUE,
    TYPE,
)
from fraudstream.events import Lines, Reason

PATHS = DECODER._plan.paths.paths
KEYS = ["id", "time", "money", "place", "amount", "currency", "country", "lat", "x", "no\u00efte"]


class Repeated(Exception):
    """Python kept the last of two keys; the scanner takes neither."""


def refuse(token: str) -> None:
    raise ValueError(token)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise Repeated
    return dict(pairs)


def python_reads(raw: bytes) -> Any:
    """What Python makes of a message; ``ValueError`` where it or our own bounds refuse it."""
    text = raw.decode()
    if text.startswith("\ufeff"):
        raise ValueError("json would take the mark off")
    value = json.loads(text, parse_constant=refuse, object_pairs_hook=unique)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    json.dumps(value, ensure_ascii=False).encode()  # UnicodeEncodeError: half a surrogate pair
    return value


def scanned(*messages: bytes) -> Spanned:
    return spans_of_lines(Lines.of(messages), DECODER._plan, 0)


def found_at(spanned: Spanned, slot: int) -> Any:
    """The value at a path, as Python would have it, or its type."""
    kind = int(spanned.spans[0, slot, TYPE])
    shown = spanned.shown(0, slot) or b""
    if kind == STRING:
        return shown.decode()
    if kind in (INTEGER, DECIMAL, OBJECT, ARRAY):
        return json.loads(shown)
    return {ABSENT: KeyError, NULL: None, TRUE: True, FALSE: False}[kind]


def looked_up(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return KeyError
        value = value[key]
    return value


def check(raw: bytes) -> None:
    """The scanner accepts what Python accepts, and finds the same values."""
    spanned = scanned(raw)
    fault = int(spanned.faults[0, 0])
    try:
        value = python_reads(raw)
    except Repeated:
        assume_any = {FINE, REPEATED}
        assert fault in assume_any or fault != FINE
        return
    except UnicodeDecodeError:
        assert fault == NOT_UTF8
        return
    except (ValueError, RecursionError):
        assert fault != FINE
        return
    assert fault == FINE
    for slot, path in enumerate(PATHS):
        assert found_at(spanned, slot) == looked_up(value, path)


texts = st.text(max_size=12) | st.sampled_from(
    ['"', "\\", "\x00", "\u00e9", "\U0001f600", "\ud800"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=4)
    ),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(KEYS) | texts, values, max_size=6)
written = st.builds(
    lambda value, ascii_only, indent: json.dumps(
        value, ensure_ascii=ascii_only, indent=indent
    ).encode(errors="surrogatepass"),
    objects,
    st.booleans(),
    st.none() | st.just(1) | st.just("\t\r"),
)


@given(written)
@example(b'{"id": "\\ud83d\\ude00 \\u00e9 \\/"}')
@example(b'{"id": "\\ud83d\\u0041"}')
@example(b'{"i\\u0064": "escaped key"}')
@example(b'{"id": 1e5, "time": -0.0E-7}')
@example(b'\xef\xbb\xbf{"id": 1}')
@settings(max_examples=400)
def test_messages_are_read_as_python_reads_them(raw: bytes) -> None:
    check(raw)


@given(written, st.data())
@settings(max_examples=600)
def test_damaged_messages_are_refused_exactly_when_python_refuses_them(
    raw: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, max(0, len(damaged) - 1)))
        step = data.draw(st.sampled_from(["cut", "change", "insert", "drop"]))
        byte = data.draw(st.integers(0, 255) | st.sampled_from(list(b'{}[]":,\\0-.eE \nut')))
        if step == "cut":
            del damaged[at:]
        elif step == "insert":
            damaged.insert(at, byte)
        elif damaged and step == "change":
            damaged[at] = byte
        elif damaged:
            del damaged[at]
    check(bytes(damaged))


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        ' {"id":1 }\t\r\n',
        '{"id": 0, "time": -0, "note": 10}',
        '{"id": 1.5e+3, "x": [[], {}, [1, {"id": 2}]]}',
        '{"x": {"id": "not the root\'s"}}',
        '{"": "", "id": ""}',
    ],
)
def test_what_rfc_8259_allows_is_read(text: str) -> None:
    check(text.encode())
    assert scanned(text.encode()).faults[0, 0] == FINE


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "}",
        "[]",
        "1",
        '"text"',
        "null",
        '{"id"}',
        '{"id":}',
        '{"id":1,}',
        "{'id':1}",
        '{"id":01}',
        '{"id":+1}',
        '{"id":1.}',
        '{"id":.5}',
        '{"id":1e}',
        '{"id":-}',
        '{"id":0x10}',
        '{"id":tru}',
        '{"id":nul}',
        '{"id":True}',
        '{"id":"\t"}',
        '{"id":"\\x41"}',
        '{"id":"\\u12g4"}',
        '{"id":"open}',
        '{"id":1}}',
        '{"id":1} {"id":2}',
        '{"id":[1,]}',
        '{"id":[1}',
        '{"id":{"x":1]}',
        '{,"id":1}',
        '{"id" 1}',
        '{"id":1 "x":2}',
        '{"id":1;"x":2}',
        '{"id":1}\x00',
        '\x00{"id":1}',
        '{"id":NaN}',
        '{"x":Infinity}',
        '{"id":1}//',
    ],
)
def test_what_rfc_8259_does_not_allow_is_malformed(text: str) -> None:
    check(text.encode())
    assert only_reject(text.encode()).reason is Reason.JSON_MALFORMED


def test_the_place_of_what_is_wrong_is_told() -> None:
    assert only_reject(b'{"id": 1, "x": ?}').detail == "not JSON, at byte 15"
    assert only_reject(b"").detail == "the message is empty"
    assert only_reject(b"[1]").detail == "not a JSON object"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"id": "\xff"}',
        b'{"id": "\xc0\xaf"}',
        b'{"x": "\xed\xa0\x80"}',
        b'{"id": "\xf4\x90\x80\x80"}',
        b'{"id": "\xe2\x82"}',
        b'{"id": 1}\xff',
        b"\xff\xfe{\x00}\x00",
    ],
)
def test_bytes_that_are_not_utf8_are_told_from_bad_json(raw: bytes) -> None:
    check(raw)
    assert only_reject(raw).reason is Reason.UTF8_INVALID


@pytest.mark.parametrize("escape", ["\\ud800", "\\udc00", "\\ud83d\\ud83d", "\\ud83dx"])
def test_half_a_surrogate_pair_is_no_text(escape: str) -> None:
    for key in ("note", "unasked"):
        reject = only_reject(b'{"%b": "%b"}' % (key.encode(), escape.encode()))
        assert reject.reason is Reason.UTF8_INVALID
        assert "surrogate" in reject.detail


def test_nesting_has_a_bound() -> None:
    def nested(depth: int) -> bytes:
        return b'{"x": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

    assert scanned(nested(MAX_DEPTH)).faults[0, 0] == FINE
    reject = only_reject(nested(MAX_DEPTH + 1))
    assert reject.reason is Reason.JSON_MALFORMED
    assert "deeper" in reject.detail
    assert only_reject(b'{"x": ' + b"[" * 10_000).reason is Reason.JSON_MALFORMED


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"id": "a", "id": "a"}', "transaction_id"),
        ('{"id": "a", "i\\u0064": "b"}', "transaction_id"),
        ('{"money": {"amount": 1, "currency": "EUR", "amount": 2}}', "amount"),
        ('{"money": {}, "money": {"amount": 1}}', None),
    ],
)
def test_a_key_that_is_asked_for_stands_only_once(text: str, field: str | None) -> None:
    reject = only_reject(text.encode())
    assert reject.reason is Reason.FIELD_DUPLICATE
    assert reject.field == field
    assert "stands twice" in reject.detail


def test_malformed_comes_before_repeated() -> None:
    assert only_reject(b'{"id": 1, "id": 2').reason is Reason.JSON_MALFORMED


def test_keys_that_nobody_asked_for_are_passed_over() -> None:
    decoded = DECODER.decode(records_of([message(extra={"id": ["deep", None]}, more=1)]))
    assert len(decoded.events) == 1
