from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.codec.messages import DECODER, buffer, decode, message, only_reject, records_of

from fraudstream.codec.cards import is_card_number, mask_cards
from fraudstream.codec.raw import KEPT_BYTES
from fraudstream.events import Reason

CARDS = [
    "4111111111111111",
    "4222222222222",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "30569309025904",
    "6011111111111117",
    "3530111333300000",
    "6200000000000000000",
]
NOT_CARDS = [
    "4111111111111112",  # fails the Luhn check
    "1769864405120",  # a Unix time: no scheme starts with 1
    "1769864405127",
    "411111111111",  # too short
    "41111111111111111111",  # too long
    "4111 1111  1111 1111",
    "4111-1111-1111-1111-",
    "-4111111111111111",
    "4111x111111111111",
    "",
]


def is_card(text: str) -> bool:
    data = buffer(text.encode())
    return bool(is_card_number(data.ctypes.data, 0, len(text)))


def luhn(digits: str) -> bool:
    doubled = [int(d) * (2 - (i % 2 == 0)) for i, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


@pytest.mark.parametrize("text", [*CARDS, "4111 1111 1111 1111", "3782-822463-10005"])
def test_card_numbers_are_known(text: str) -> None:
    assert is_card(text)


@pytest.mark.parametrize("text", NOT_CARDS)
def test_other_numbers_are_not_taken_for_cards(text: str) -> None:
    assert not is_card(text)


@given(st.from_regex(r"[456][0-9]{12,18}", fullmatch=True))
def test_the_check_digit_decides(text: str) -> None:
    assert is_card(text) == luhn(text)


@pytest.mark.parametrize("field", ["id", "account", "card", "note", "channel"])
@pytest.mark.parametrize("card", ["4111111111111111", "4111 1111 1111 1111", "3782-822463-10005"])
def test_a_card_number_is_rejected_in_every_text_and_masked(field: str, card: str) -> None:
    reject = only_reject(message(**{field: card}))
    assert reject.reason is Reason.CARD_NUMBER
    assert card.encode() not in reject.raw
    assert b"***" in reject.raw
    assert card not in reject.detail


def test_a_card_number_written_as_a_number_is_rejected() -> None:
    reject = only_reject(message(card=4111111111111111))
    assert reject.reason is Reason.CARD_NUMBER
    assert b"************1111" in reject.raw


@pytest.mark.parametrize("hidden", ['"4-111-1111-1111-1111"', '"\\u0034111111111111111"'])
def test_a_card_number_in_disguise_is_not_kept_either(hidden: str) -> None:
    reject = only_reject(message(card="CARD").replace(b'"CARD"', hidden.encode()))
    assert reject.reason is Reason.CARD_NUMBER
    assert b"1111" not in reject.raw


def test_card_numbers_are_masked_in_whatever_was_rejected_for_something_else() -> None:
    reject = only_reject(b'{"note": "paid with 4111111111111111", "id": 1')
    assert reject.reason is Reason.JSON_MALFORMED
    assert reject.raw == b'{"note": "paid with ************1111", "id": 1'


def test_only_card_numbers_are_masked() -> None:
    raw = b"4111111111111112, 1769864405120, 2026-11-24 13:00:05, 5555-5555-5555-4444"
    assert mask_cards(raw) == raw.replace(b"5555-5555-5555-", b"****-****-****-")


def test_a_value_in_a_detail_is_masked() -> None:
    assert "4111111111111111" not in only_reject(message(time="4111111111111111")).detail


def test_kept_bytes_have_a_bound_and_a_card_across_it_is_masked() -> None:
    before = b'{"x": "' + b"-" * (KEPT_BYTES - 20)
    raw = before + b' 4111111111111111", '
    kept = only_reject(raw).raw
    assert len(kept) == KEPT_BYTES
    assert b"4111" not in kept


def test_raw_gives_a_messages_bytes_masked() -> None:
    records = records_of([message(), message(note="x 4111111111111111")])
    assert DECODER.raw(records, 0) == message()
    assert b"x ************1111" in DECODER.raw(records, 1)


def test_an_account_of_sixteen_digits_that_is_no_card_stays() -> None:
    assert len(decode(message(account="1234567890123456")).events) == 1
