"""Features in words that need no explanation."""

from __future__ import annotations

import pytest

from fraudstream.schema import (
    Aggregate,
    Function,
    Input,
    InputFunction,
    Words,
    builtin,
    describe,
    explain_value,
    phrase,
    words_of,
)

HOUR, DAY = 3_600_000, 86_400_000
BEFORE = "in the 24 hours before"


def of(
    function: Function, entity: str = "account", window: int = DAY, field: str | None = None
) -> Aggregate:
    return Aggregate("n", entity, function, window, field)


@pytest.mark.parametrize(
    ("feature", "value", "usual", "text"),
    [
        (
            of(Function.DISTINCT, "device", HOUR, "account_id"),
            6.0,
            1.0,
            "6 accounts used this device in the hour before; usually 1",
        ),
        (
            of(Function.DISTINCT, "device", HOUR, "account_id"),
            1.0,
            None,
            "1 account used this device in the hour before",
        ),
        (
            of(Function.DISTINCT, field="country"),
            3.0,
            1.0,
            "3 different countries of this account in the 24 hours before; usually 1",
        ),
        (
            of(Function.COUNT, "card", 600_000),
            1.0,
            0.0,
            "1 transaction of this card in the 10 minutes before; usually 0",
        ),
        (
            of(Function.SUM, field="amount"),
            1234.5,
            80.0,
            "total amount 1,234.50 for this account in the 24 hours before; usually 80.00",
        ),
        (
            of(Function.RATIO, window=30 * DAY, field="amount"),
            8.21,
            1.1,
            "amount 8.21 times the average of this account in the 30 days before; usually 1.1",
        ),
        (
            of(Function.ZSCORE, window=30 * DAY, field="amount"),
            -2.04,
            None,
            "amount 2 standard deviations below the average of this account in the 30 days before",
        ),
        (
            of(Function.FIRST_SEEN, window=90 * DAY, field="device_id"),
            1.0,
            0.0,
            "first time in 90 days that this account is seen with this device",
        ),
        (
            of(Function.FIRST_SEEN, window=90 * DAY, field="device_id"),
            0.0,
            0.0,
            "this account was seen with this device in the 90 days before",
        ),
        (
            of(Function.SECONDS_SINCE_LAST, "card"),
            12.0,
            18_000.0,
            "12 seconds since the previous transaction of this card; usually 5 hours",
        ),
        (
            of(Function.KMH_FROM_LAST, "card"),
            3911.7,
            4.2,
            "3,912 km/h from the previous place of this card; usually 4 km/h",
        ),
        (
            of(Function.FRAUD_RATE, "merchant", 30 * DAY),
            0.021,
            0.001,
            "2.1 % of the transactions of this merchant in the 30 days before were confirmed as "
            "fraud; usually 0.1 %",
        ),
        (
            of(Function.FRAUD_COUNT, "terminal", 7 * DAY),
            1.0,
            None,
            "1 confirmed fraud of this terminal in the 7 days before",
        ),
        (
            of(Function.SECONDS_SINCE_LAST_FRAUD, "terminal", 30 * DAY),
            200_000.0,
            None,
            "2.3 days since the last confirmed fraud of this terminal",
        ),
        (of(Function.SECONDS_SINCE_LAST), None, None, f"no transaction of this account {BEFORE}"),
        (of(Function.KM_FROM_LAST), None, 3.0, f"no earlier place of this account {BEFORE}"),
        (of(Function.ZSCORE), None, None, f"too little history of this account {BEFORE}"),
        (of(Function.FIRST_SEEN, field="device_id"), None, None, "no device given"),
        (Input("x", InputFunction.NUMBER, "amount"), 512.3, 31.0, "amount 512.30; usually 31.00"),
        (Input("hour", InputFunction.HOUR), 3.25, 14.0, "at 03:15"),
        (Input("weekday", InputFunction.WEEKDAY), 6.0, None, "on a Sunday"),
        (Input("night", InputFunction.NIGHT), 1.0, 0.0, "at night"),
        (
            Input("account_age_days", InputFunction.AGE_DAYS, "signup_time", "account"),
            1.2,
            400.0,
            "1 day since the signup time of this account; usually 400 days",
        ),
        (Input("weight", InputFunction.NUMBER, "weight"), None, None, "weight: not known"),
    ],
)
def test_a_value_is_told_in_words(
    feature: Aggregate | Input, value: float | None, usual: float | None, text: str
) -> None:
    assert explain_value(feature, value, usual) == text


def test_a_filter_and_a_delay_are_said() -> None:
    feature = Aggregate("n", "card", Function.COUNT, 7 * DAY, filter="ecom", delay=7 * DAY)
    assert explain_value(feature, 4, None) == (
        "4 transactions (ecom) of this card in the 7 days that ended 7 days before"
    )


def test_a_joint_entity_is_said_in_full_and_a_code_by_its_value() -> None:
    words = words_of(builtin("payments"))
    pair = Aggregate("n", "account_merchant", Function.COUNT, HOUR)
    assert (
        phrase(pair, words) == "transactions of this account with this merchant in the hour before"
    )
    assert explain_value(Input("channel", InputFunction.CODE, "channel"), 1.0, 0.0, words) == (
        "channel ecom"
    )


def test_money_has_the_decimals_of_its_currency() -> None:
    feature = of(Function.MAX, field="amount")
    assert explain_value(feature, 5000.0, None, Words(digits=0)).startswith("largest amount 5,000 ")


@pytest.mark.parametrize("name", ["payments", "classic", "handbook"])
def test_every_feature_of_a_shipped_preset_has_words_of_its_own(name: str) -> None:
    meanings = [row.meaning for row in describe(builtin(name))]
    assert all(meanings)
    assert len(set(meanings)) == len(meanings)
