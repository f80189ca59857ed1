from __future__ import annotations

import json
from dataclasses import fields as fields_of
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.codec.messages import (
    DECODER,
    FIELDS,
    FINE,
    PRESET,
    SECRET,
    decode,
    message,
    only_reject,
    preset_with,
    priced,
    records_of,
    texts_of,
)

from fraudstream.codec import Decoded, Decoder
from fraudstream.codec.siphash import hash_text, hashed_text
from fraudstream.events import MISSING, NO_CODE, EventBatch, Kind, Reason, Reject
from fraudstream.schema import Field, FieldType, LabelSpec, layout_of

LAYOUT = layout_of(PRESET)
HASHED = hashed_text(SECRET, "tok_1")


def test_a_payment_becomes_a_row() -> None:
    raw = message(
        card="tok_1", channel="ecom", place={"country": "Germany", "lat": 52.5}, note="a b", extra=1
    )
    decoded = decode(raw)
    events = decoded.events
    assert decoded.rows.tolist() == [0]
    assert decoded.rejects == ()
    assert events.kinds.tolist() == [Kind.TRANSACTION]
    assert events.event_times.tolist() == [1_769_864_405_120]
    assert events.amounts.tolist() == [51230]
    assert events.numbers[0].tolist() == [51230, 52500, MISSING, MISSING]
    assert events.codes.tolist() == [[1]]
    assert events.frauds.tolist() == [-1]
    assert events.known_ats.tolist() == [MISSING]
    assert texts_of(decoded) == [
        {
            "transaction_id": "tx1",
            "currency": "EUR",
            "account_id": "acc1",
            "card_id": texts_of(decoded)[0]["card_id"],
            "channel": "ecom",
            "country": "DE",
            "note": "a b",
        }
    ]


def test_columns_have_the_types_that_the_batch_promises() -> None:
    events = decode(message(), message(id="tx2")).events
    wanted = {"kinds": "u1", "frauds": "i1", "codes": "i2", "currencies": "i2", "partitions": "i4"}
    wanted |= dict.fromkeys(["ids", "contents", "hashes"], "u8")
    for column in fields_of(EventBatch):
        values = getattr(events, column.name)
        if column.name != "texts":
            assert values.dtype == np.dtype(wanted.get(column.name, "i8")), column.name
            assert values.flags.c_contiguous, column.name


def signed(words: Any) -> tuple[int, ...]:
    return tuple(words.astype(np.int64).tolist())


def test_ids_and_keys_are_hashed_with_the_secret() -> None:
    events = decode(message(card="tok_1", place={"country": "de"})).events
    assert signed(events.ids[0]) == hash_text(SECRET, "tx1")
    hashed = dict(zip(LAYOUT.hashed, events.hashes[0], strict=True))
    assert signed(hashed["account_id"]) == hash_text(SECRET, "acc1")
    assert signed(hashed["card_id"]) == hash_text(SECRET, "tok_1")
    assert signed(hashed["country"]) == hash_text(SECRET, "DE")


def test_a_concealed_text_may_come_hashed_from_the_store() -> None:
    fresh, stated = decode(message(card="tok_1")), decode(message(card=f"hash:{HASHED}"))
    assert stated.events.hashes.tolist() == fresh.events.hashes.tolist()
    assert stated.events.contents.tolist() == fresh.events.contents.tolist()
    assert texts_of(stated)[0]["card_id"] == HASHED


@pytest.mark.parametrize("text", ["hash:", "hash:" + 32 * "g", "hash:" + 31 * "a", 32 * "a"])
def test_what_only_looks_like_a_hash_is_hashed_like_any_text(text: str) -> None:
    events = decode(message(card=text)).events
    column = LAYOUT.hashed.index("card_id")
    assert signed(events.hashes[0, column]) == hash_text(SECRET, text)


def test_a_field_that_shows_is_never_taken_for_a_hash() -> None:
    text = f"hash:{HASHED}"
    events = decode(message(account=text)).events
    column = LAYOUT.hashed.index("account_id")
    assert signed(events.hashes[0, column]) == hash_text(SECRET, text)


def test_an_absent_key_hashes_to_nothing() -> None:
    events = decode(message(account=None)).events
    assert events.hashes[0, LAYOUT.hashed.index("account_id")].tolist() == [0, 0]


def test_a_concealed_text_shows_as_its_hash() -> None:
    shown = texts_of(decode(message(card="tok_1")))[0]["card_id"]
    low, high = (word % (1 << 64) for word in hash_text(SECRET, "tok_1"))
    assert shown == (low.to_bytes(8, "little") + high.to_bytes(8, "little")).hex()


def test_a_whole_number_is_a_text_of_its_digits() -> None:
    assert texts_of(decode(message(account=11111)))[0]["account_id"] == "11111"
    one, other = decode(message(account=11111), message(account="11111")).events.hashes
    assert one.tolist() == other.tolist()


def test_escapes_are_read_before_anything_else() -> None:
    raw = message().replace(b'"acc1"', b'"\\u0061cc1"').replace(b'"tx1"', b'"\\ud83d\\ude00\\n"')
    decoded = decode(raw)
    assert texts_of(decoded)[0]["account_id"] == "acc1"
    assert texts_of(decoded)[0]["transaction_id"] == "\U0001f600\n"
    assert signed(decoded.events.ids[0]) == hash_text(SECRET, "\U0001f600\n")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("Germany", "DE"),
        ("GERMANY", "DE"),
        ("UK", "GB"),
        ("C\u00f4te d'Ivoire", "CI"),
        ("C\u00d4TE D'IVOIRE", "CI"),
        ("\u00c5land Islands", "AX"),
        ("XK", "XK"),
        ("Atlantis", "Atlantis"),
        ("1", "1"),
    ],
)
def test_countries_become_codes_where_they_are_known(written: str, shown: str) -> None:
    assert texts_of(decode(message(place={"country": written})))[0]["country"] == shown


@pytest.mark.parametrize(
    ("written", "code"),
    [("pos", 0), ("ecom", 1), ("a channel of its own", 2), ("a channel of its owm", NO_CODE)],
)
def test_an_unlisted_value_is_absent_to_features_and_its_text_is_kept(
    written: str, code: int
) -> None:
    decoded = decode(message(channel=written))
    assert decoded.events.codes.tolist() == [[code]]
    assert texts_of(decoded)[0]["channel"] == written


@pytest.mark.parametrize("value", [None, "LEFT OUT"])
@pytest.mark.parametrize(
    ("key", "field"), [("id", "transaction_id"), ("time", "event_time"), ("money", "amount")]
)
def test_a_required_field_that_is_absent_or_null_is_missing(
    key: str, field: str, value: str | None
) -> None:
    kept = {k: v for k, v in FINE.items() if k != key} | ({key: None} if value is None else {})
    reject = only_reject(json.dumps(kept).encode())
    assert (reject.reason, reject.field) == (Reason.FIELD_MISSING, field)
    assert reject.detail == f"{field} is missing"


def test_null_is_as_good_as_absent_where_nothing_is_required() -> None:
    one, other = decode(message(), json.dumps(FINE | {"note": None}).encode()).events.contents
    assert one == other


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": 1.5}, "transaction_id"),
        ({"account": True}, "account_id"),
        ({"account": ["a"]}, "account_id"),
        ({"card": {"n": 1}}, "card_id"),
        ({"channel": False}, "channel"),
        ({"place": {"country": 1.5}}, "country"),
        ({"present": "maybe"}, "present"),
        ({"present": 1.0}, "present"),
        ({"fraud": {}}, "is_fraud"),
        ({"kind": 1}, "kind"),
        ({"kind": "refund"}, "kind"),
        ({"money": {"amount": 1, "currency": 978}}, "currency"),
    ],
)
def test_values_of_another_type_are_rejected(changes: dict[str, Any], field: str) -> None:
    reject = only_reject(message(**changes))
    assert (reject.reason, reject.field) == (Reason.FIELD_TYPE, field)
    assert reject.detail.startswith(f"{field} is ")


def test_a_path_that_leads_through_something_else_leads_nowhere() -> None:
    assert only_reject(message(money=5)).reason is Reason.FIELD_MISSING
    assert len(decode(message(place=[{"country": "DE"}])).events) == 1


def test_ids_have_at_least_one_and_at_most_256_bytes() -> None:
    assert only_reject(message(id="")).reason is Reason.ID_EMPTY
    assert only_reject(message(account="")).reason is Reason.ID_EMPTY
    assert len(decode(message(id="x" * 256)).events) == 1
    assert only_reject(message(id="x" * 257)).reason is Reason.ID_TOO_LONG
    reject = only_reject(message(id="\u00e9" * 2_000))
    assert reject.reason is Reason.ID_TOO_LONG
    assert "4000 bytes" in reject.detail


def test_a_message_over_the_presets_size_is_too_large_whatever_it_says() -> None:
    limit = PRESET.input.max_bytes
    fits = message(pad="")
    fits = message(pad="x" * (limit - len(fits)))
    assert len(fits) == limit
    assert len(decode(fits).events) == 1
    reject = only_reject(b" " + fits)
    assert reject.reason is Reason.TOO_LARGE
    assert f"{limit + 1:,} bytes" in reject.detail
    assert only_reject(b"\xff" * (limit + 1)).reason is Reason.TOO_LARGE


def test_the_first_problem_decides() -> None:
    def reason(**changes: Any) -> Reason:
        return only_reject(message(**changes)).reason

    assert reason(kind="?", time="?", id="", account="") is Reason.FIELD_TYPE
    assert reason(time="?", id="", account="") is Reason.TIME_UNPARSABLE
    assert reason(id="", account=1.5) is Reason.ID_EMPTY
    assert reason(money={"amount": -1, "currency": "?"}) is Reason.CURRENCY_UNKNOWN


def label(**changes: Any) -> bytes:
    return json.dumps({"kind": "label", "id": "tx1", "fraud": True} | changes).encode()


def test_a_label_needs_its_transaction_and_its_verdict() -> None:
    events = decode(label(known="2026-03-01T00:00:00Z")).events
    assert events.kinds.tolist() == [Kind.LABEL]
    assert events.frauds.tolist() == [1]
    assert events.known_ats.tolist() == [1_772_323_200_000]
    assert events.event_times.tolist() == [MISSING]
    assert events.amounts.tolist() == [MISSING]
    assert events.currencies.tolist() == [NO_CODE]
    assert only_reject(label(id=None)).field == "transaction_id"
    assert only_reject(label(fraud=None)).field == "is_fraud"


@pytest.mark.parametrize(
    ("written", "fraud"),
    [(True, 1), (False, 0), (1, 1), (0, 0), ("1", 1), ("true", 1), ("no", 0), ("TRUE", 0)],
)
def test_a_label_is_fraud_if_its_text_is_one_that_means_fraud(written: Any, fraud: int) -> None:
    assert decode(label(fraud=written)).events.frauds.tolist() == [fraud]


def test_the_texts_that_mean_fraud_are_the_presets() -> None:
    labels = LabelSpec(field="present", fraud=("confirmed", "2"))
    decoder = Decoder(replace(PRESET, labels=labels), SECRET)
    raws = [message(present=text) for text in ("confirmed", 2, "1", "open")]
    assert decode(*raws, decoder=decoder).events.frauds.tolist() == [1, 1, 0, 0]


def test_a_reversal_needs_only_its_transaction() -> None:
    assert decode(b'{"kind": "reversal", "id": "tx1"}').events.kinds.tolist() == [Kind.REVERSAL]
    assert only_reject(b'{"kind": "reversal"}').reason is Reason.FIELD_MISSING


def test_a_profile_needs_a_time_and_the_whole_key_of_an_entity() -> None:
    def profile(**changes: Any) -> bytes:
        return json.dumps({"kind": "profile", "time": "2026-01-01"} | changes).encode()

    assert decode(profile(account="a")).events.kinds.tolist() == [Kind.PROFILE]
    joint = profile(card="c", place={"country": "DE"})
    assert decode(joint).events.kinds.tolist() == [Kind.PROFILE]
    assert only_reject(profile(card="c")).reason is Reason.FIELD_MISSING
    assert only_reject(profile(account="a", time=None)).field == "event_time"


def test_what_carries_no_id_is_named_by_its_place_in_the_log() -> None:
    decoder = Decoder(preset_with("transaction_id", required=False), SECRET)
    records = records_of([message(), message(id=None), message(id=None)], source="raw-topic")
    records = replace(
        records, offsets=np.array([5, 2**62, 7]), partitions=np.array([0, 3, 0], "i4")
    )
    decoded = decoder.decode(records)
    shown = [row["transaction_id"] for row in texts_of(decoded, decoder)]
    assert shown == ["tx1", "raw-topic-0-7", f"raw-topic-3-{2**62}"]
    assert [signed(words) for words in decoded.events.ids] == [
        hash_text(SECRET, name) for name in shown
    ]


def test_a_preset_without_an_id_names_all_by_their_place() -> None:
    preset = replace(PRESET, fields=tuple(f for f in FIELDS if f.name != "transaction_id"))
    decoder = Decoder(preset, SECRET)
    decoded = decode(message(), message(), decoder=decoder)
    assert signed(decoded.events.ids[1]) == hash_text(SECRET, "log-0-1")
    assert "transaction_id" not in texts_of(decoded, decoder)[0]


def test_two_fields_may_read_one_path() -> None:
    twin = Field("holder", ("account",), FieldType.TEXT)
    decoder = Decoder(replace(PRESET, fields=(*FIELDS, twin)), SECRET)
    shown = texts_of(decode(message(), decoder=decoder), decoder)[0]
    assert shown["holder"] == shown["account_id"] == "acc1"


@pytest.mark.parametrize(
    ("arrival", "stamps", "wanted"),
    [
        ("log", [77, -1], [77, MISSING]),
        ("event_time", [77, -1], [1_769_864_405_120, 1_769_864_405_120]),
        ("seen", [77, -1], [1_700_000_000_000, MISSING]),
        ("known_at", [77, -1], [77, MISSING]),
    ],
)
def test_arrival_is_the_declared_field_else_the_logs_own_time(
    arrival: str, stamps: list[int], wanted: list[int]
) -> None:
    decoder = Decoder(replace(PRESET, input=replace(PRESET.input, arrival=arrival)), SECRET)
    seen = {"seen": 1_700_000_000} if arrival == "seen" else {}
    records = records_of([message(**seen), message()])
    records = replace(records, timestamps=np.array(stamps))
    assert decoder.decode(records).events.arrivals.tolist() == wanted


def shuffled(draw: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    items = draw(st.permutations(list(value.items())))
    return {key: shuffled(draw, inner) for key, inner in items}


RICH = FINE | {"card": "tok", "channel": "pos", "place": {"country": "FR", "lat": 1.5}, "note": "n"}


@given(st.data())
@settings(max_examples=60)
def test_contents_do_not_depend_on_order_or_spaces(data: st.DataObject) -> None:
    indent = data.draw(st.none() | st.integers(0, 3))
    again = json.dumps(shuffled(data.draw, RICH), indent=indent).encode()
    one, other = decode(json.dumps(RICH).encode(), again).events.contents
    assert one == other


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "tx2"},
        {"time": "2026-01-31T13:00:05.121Z"},
        {"money": {"amount": 512.31, "currency": "EUR"}},
        {"money": {"amount": 512.30, "currency": "USD"}},
        {"account": "acc2"},
        {"card": "tok2"},
        {"card": None},
        {"channel": "ecom"},
        {"place": {"country": "DE", "lat": 1.5}},
        {"place": {"country": "FR", "lat": 1.501}},
        {"note": "m"},
        {"present": True},
        {"fraud": False},
    ],
)
def test_contents_tell_messages_apart(changes: dict[str, Any]) -> None:
    one, other = decode(message(**RICH), message(**(RICH | changes))).events.contents
    assert one != other


def test_contents_tell_which_field_says_it() -> None:
    one = message(known="2026-01-01T00:00:00Z")
    other = message(seen=1_767_225_600)
    first, second = decode(one, other).events.contents
    assert first != second


def test_contents_are_the_same_however_a_value_is_written() -> None:
    raws = [priced("5"), priced("5.00"), priced('"5"'), priced("0.5e1")]
    assert len(set(decode(*raws).events.contents.tolist())) == 1


def assert_same(one: Decoded, other: Decoded) -> None:
    for column in fields_of(EventBatch):
        if column.name != "texts":
            left, right = getattr(one.events, column.name), getattr(other.events, column.name)
            np.testing.assert_array_equal(left, right)
    assert texts_of(one) == texts_of(other)
    np.testing.assert_array_equal(one.rows, other.rows)
    assert one.rejects == other.rejects


pool = [
    message(),
    message(id="caf\u00e9", note='"quoted"\n'),
    message(card="tok", place={"country": "Italy"}),
    message(id=""),
    priced("1.234"),
    label(),
    b"",
    b"\xff",
    b'{"kind": "reversal", "id": "tx9"}',
    message(account=7, seen=1_700_000_000.5),
]


@given(st.lists(st.sampled_from(pool), max_size=12), st.data())
@settings(max_examples=80)
def test_a_batch_gives_what_its_pieces_give(raws: list[bytes], data: st.DataObject) -> None:
    records = records_of(raws)
    cut = data.draw(st.integers(0, len(raws)))
    first, rest = np.arange(cut), np.arange(cut, len(raws))
    whole = DECODER.decode(records)
    one, other = DECODER.decode(records.take(first)), DECODER.decode(records.take(rest))
    joined = [
        np.concatenate([getattr(part.events, name), getattr(other.events, name)])
        for part, name in ((one, "ids"), (one, "contents"), (one, "offsets"), (one, "numbers"))
    ]
    for name, values in zip(("ids", "contents", "offsets", "numbers"), joined, strict=True):
        np.testing.assert_array_equal(getattr(whole.events, name), values)
    assert texts_of(whole) == texts_of(one) + texts_of(other)
    assert whole.rows.tolist() == [*one.rows, *(other.rows + cut)]
    assert whole.rejects == one.rejects + other.rejects


def test_messages_may_lie_anywhere_in_their_buffer() -> None:
    records = records_of(pool)
    backwards = records.take(np.arange(len(pool))[::-1])
    in_order = replace(records_of(pool[::-1]), offsets=backwards.offsets)
    assert_same(DECODER.decode(backwards), DECODER.decode(in_order))


def test_an_empty_batch_is_an_empty_batch() -> None:
    decoded = decode()
    assert len(decoded.events) == 0
    assert decoded.rejects == ()
    assert decoded.events.hashes.shape == (0, len(LAYOUT.hashed), 2)


def test_rejects_say_where_they_came_from() -> None:
    records = replace(records_of([b"?", message(), b"!"]), offsets=np.array([10, 20, 30]))
    decoded = DECODER.decode(records)
    assert [(r.partition, r.offset, r.raw) for r in decoded.rejects] == [
        (0, 10, b"?"),
        (0, 30, b"!"),
    ]
    assert decoded.rows.tolist() == [1]
    assert decoded.events.offsets.tolist() == [20]


def test_what_the_source_could_not_read_is_passed_on_masked() -> None:
    own = Reject(Reason.ROW_MALFORMED, "3 cells", b"4111111111111111,2", 0, 4)
    decoded = DECODER.decode(replace(records_of([b"?"]), rejects=(own,)))
    assert decoded.rejects[0] == replace(own, raw=b"************1111,2")
    assert decoded.rejects[1].reason is Reason.JSON_MALFORMED


def test_every_reason_that_decoding_gives_is_tested_here_or_beside() -> None:
    from fraudstream.codec.values import CARD_NUMBER, REASONS, TOO_LARGE

    assert sorted(REASONS) == list(range(TOO_LARGE, CARD_NUMBER + 1))
