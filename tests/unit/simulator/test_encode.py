from __future__ import annotations

import json
import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from fraudstream.simulator import (
    CURRENCIES,
    Chunk,
    classic_to_arrow,
    encode_classic,
    encode_json,
    to_arrow,
)
from fraudstream.simulator.rows import TRANSACTION, blank_rows

FIELDS = [
    "kind", "transaction_id", "event_time", "amount", "currency", "type", "account_id", "card_id",
    "card_bin", "merchant_id", "merchant_category", "terminal_id", "counterparty_id", "device_id",
    "ip", "country", "lat", "lon", "channel", "payment_method", "signup_time", "is_fraud",
    "known_at", "source", "reason_code",
]  # fmt: skip
PATTERNS = {
    "transaction_id": r"tx_\d{9}",
    "event_time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "known_at": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "signup_time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "account_id": r"acc_\d{5}",
    "card_id": r"card_[0-9a-f]{8}",
    "card_bin": r"\d{6}",
    "merchant_id": r"mer_\d{5}",
    "terminal_id": r"term_\d{5}",
    "counterparty_id": r"acc_\d{5}|ext_\d{6}",
    "device_id": r"dev_[0-9a-f]{8}",
    "country": r"[A-Z]{2}",
}


def keeping_digits(chunk: Chunk, **options: bool) -> list[dict[str, Any]]:
    """Return the messages with numbers as the text they were written in."""
    lines = encode_json(chunk, **options).splitlines()
    return [json.loads(line, parse_float=str, parse_int=str) for line in lines]


@pytest.fixture(scope="module")
def messages(busy: Chunk) -> list[dict[str, Any]]:
    return keeping_digits(busy)


def transactions(messages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (message for message in messages if "kind" not in message)


def test_every_event_is_a_line_in_the_order_of_the_rows(busy: Chunk) -> None:
    data = encode_json(busy)
    assert data.endswith(b"}\n")
    assert data.count(b"\n") == len(busy)
    numbers = [int(n) for n in re.findall(rb"tx_(\d+)", data)]
    held = busy.column("number")
    assert numbers == held[held >= 0].tolist()


def test_fields_have_their_names_order_and_shapes(messages: list[dict[str, Any]]) -> None:
    for message in messages[::7]:
        assert list(message) == [name for name in FIELDS if name in message]
        for name, pattern in PATTERNS.items():
            assert re.fullmatch(pattern, message.get(name, "")) or name not in message


def test_amounts_have_the_decimals_of_their_currency(messages: list[dict[str, Any]]) -> None:
    seen = set()
    for message in transactions(messages):
        _, _, decimals = message["amount"].partition(".")
        assert len(decimals) == CURRENCIES[message["currency"]].decimals
        assert float(message["amount"]) > 0
        seen.add(message["currency"])
    assert {"EUR", "GBP", "USD", "CHF", "PLN", "SEK", "JPY"} <= seen


def test_each_channel_has_the_fields_that_belong_to_it(messages: list[dict[str, Any]]) -> None:
    always = {"transaction_id", "event_time", "amount", "currency", "type", "account_id", "country"}
    expected = {
        "pos": {"card_id", "card_bin", "merchant_id", "terminal_id", "lat", "lon"},
        "atm": {"card_id", "card_bin", "merchant_id", "terminal_id", "lat", "lon"},
        "ecom": {"merchant_id", "device_id", "ip", "lat", "lon"},
        "transfer": {"counterparty_id", "device_id", "ip", "lat", "lon"},
    }
    never = {
        "pos": {"device_id", "ip", "counterparty_id"},
        "atm": {"device_id", "ip", "counterparty_id"},
        "ecom": {"terminal_id", "counterparty_id"},
        "transfer": {"card_id", "merchant_id", "terminal_id"},
    }
    for message in transactions(messages):
        if message["type"] != "refund":
            assert always | expected[message["channel"]] <= set(message)
        assert not never[message["channel"]] & set(message)


def test_a_transaction_does_not_tell_the_truth_unless_asked(busy: Chunk) -> None:
    hidden = {"is_fraud", "attack", "situation", "known_at", "reason_code"}
    assert not any(hidden & set(message) for message in transactions(keeping_digits(busy)))
    names = busy.transactions().attack_names.tolist()
    told = list(transactions(keeping_digits(busy, truth=True)))
    assert [message.get("attack", "") for message in told] == names
    assert [message["is_fraud"] for message in told] == [bool(name) for name in names]


def test_a_label_says_when_from_where_and_why_but_not_which_attack(
    messages: list[dict[str, Any]],
) -> None:
    labels = [message for message in messages if message.get("kind") == "label"]
    assert {label["source"] for label in labels} >= {"chargeback", "customer_report", "analyst"}
    reasons = {"card_present", "card_absent", "card_cash", "transfer"}
    for label in labels:
        assert label["known_at"] > label["event_time"]
        assert label["reason_code"] in (reasons if label["is_fraud"] else {"genuine"})


def test_a_profile_is_an_account_and_its_sign_up(messages: list[dict[str, Any]]) -> None:
    profiles = [message for message in messages if message.get("kind") == "profile"]
    assert all(set(p) == {"kind", "event_time", "account_id", "signup_time"} for p in profiles)


def test_addresses_belong_to_nobody(messages: list[dict[str, Any]]) -> None:
    reserved = ip_network("240.0.0.0/4")
    used = {message["ip"] for message in messages if "ip" in message}
    assert len(used) > 1_000
    assert all(ip_address(ip) in reserved for ip in used)


def test_the_table_holds_what_the_lines_hold(busy: Chunk) -> None:
    batch = to_arrow(busy)
    assert batch.schema.names == FIELDS
    assert batch.schema.field("event_time").type == pa.timestamp("ms", "UTC")
    rows = batch.slice(0, 3_000).to_pylist()
    for row, line in zip(rows, encode_json(busy).splitlines(), strict=False):
        message = json.loads(line)
        held = {name: value for name, value in row.items() if value is not None}
        for name in ("event_time", "known_at", "signup_time"):
            if name in held:
                held[name] = held[name].strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        assert held == message


def test_slices_of_a_chunk_encode_like_the_whole(busy: Chunk) -> None:
    parts = [busy.where(slice(i, i + 1_111)) for i in range(0, len(busy), 1_111)]
    assert b"".join(map(encode_json, parts)) == encode_json(busy)


def test_nothing_is_encoded_as_nothing(busy: Chunk) -> None:
    assert encode_json(busy.where(slice(0, 0))) == b""
    assert encode_classic(busy.where(slice(0, 0))) == b""


def test_the_classic_message_has_its_six_fields(payments: Chunk) -> None:
    lines = encode_classic(payments).splitlines()
    assert len(lines) == len(payments)
    for line in lines[::50]:
        message = json.loads(line)
        assert list(message) == [
            "account_id",
            "transaction_amount",
            "transaction_time",
            "location",
            "transaction_method",
            "user_transactions_last_24h",
        ]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", message["transaction_time"])
        assert message["transaction_method"] in {
            "CreditCard",
            "BankTransfer",
            "PayPal",
            "Cryptocurrency",
        }
        assert 1 <= message["user_transactions_last_24h"] <= 10
        assert round(message["transaction_amount"], 2) == message["transaction_amount"]


def test_classic_amounts_are_euros_and_labels_are_left_out(busy: Chunk) -> None:
    table = classic_to_arrow(busy)
    rows = busy.transactions().rows
    yen = rows["currency"] == list(CURRENCIES).index("JPY")
    assert table.num_rows == len(rows)
    amounts = table.column("transaction_amount").to_numpy()
    assert np.allclose(amounts[yen], rows["amount"][yen] / 163.0, atol=0.01)


def test_the_smallest_amounts_keep_their_zeros(busy: Chunk) -> None:
    rows = blank_rows(3)
    rows["kind"], rows["at"], rows["number"] = TRANSACTION, 0, [1, 2, 3]
    rows["amount"], rows["currency"] = [5, 100, 7], [0, 0, list(CURRENCIES).index("JPY")]
    found = [line["amount"] for line in keeping_digits(Chunk(rows, busy.attacks))]
    assert found == ["0.05", "1.00", "7"]
