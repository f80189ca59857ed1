"""Mistakes in aggregates, blocks of features and inputs."""

from __future__ import annotations

import pytest
from tests.unit.schema.bank import (
    FEATURES,
    FIELDS,
    assert_problem,
    bank,
    line_of,
    problems_of,
)


def block(aggregate: str, entity: str = '"account"', windows: str = 'windows = ["1h"]') -> str:
    return bank(
        features=f"\n[[features]]\nentity = {entity}\n{windows}\naggregates = [{aggregate}]\n"
    )


@pytest.mark.parametrize(
    ("aggregate", "message"),
    [
        ('¦"cont"', 'unknown aggregate "cont"; did you mean "count"?'),
        ('¦"sum"', "sum needs an argument, for example sum(amount)"),
        ('¦"first_seen"', "first_seen needs an argument, for example first_seen(merchant)"),
        ('"count¦(amount)"', "count takes no argument; write count alone"),
        ('"sum(¦amont)"', 'unknown field "amont"; did you mean "amount"?'),
        ('"mean(¦country)"', '"country" is not a number; write one of amount, weight, lat or lon'),
        ('"distinct(¦merchnt)"', 'unknown field or entity "merchnt"; did you mean "merchant"?'),
        ('"distinct(¦amount)"', '"amount" is of type money; only texts have values to count'),
        (
            '"distinct(¦pair)"',
            '"pair" is a joint key; write one of its fields: account_id or merchant_id',
        ),
        (
            '"distinct(¦account)"',
            'every "account" has just one "account"; leave it out, or ask it of device or merchant',
        ),
        ('"count where ¦ecm"', 'unknown filter "ecm"; did you mean "ecom"?'),
        ('"count where ¦fraud"', 'unknown filter "fraud"'),
        (
            "¦\"count where channel = 'ecom'\"",
            "a condition needs a name: write it under [filters] and use its name after where",
        ),
        (
            '¦"count over"',
            '"count over" is not an aggregate; write AGG(ARG) where FILTER over WINDOW delay D, '
            "for example sum(amount) over 24h",
        ),
        ('"count over ¦90days"', '"90days" is not a duration; write "90d" (s m h d, 1s to 90d)'),
        ('"count over ¦91d"', '"91d" is too long (s m h d, 1s to 90d)'),
        ('"count over 1h delay ¦91d"', '"91d" is too long (s m h d, 0s to 90d)'),
        ('"count", ¦7', "aggregates must hold texts only, not 7"),
        ('"count", ¦"count"', '"account_count_1h" is defined twice: here and in line LINE'),
        (
            '"distinct(merchant)", ¦"distinct(merchant_id)"',
            '"account_merchant_id_distinct_1h" is the same as "account_merchant_distinct_1h" in '
            "line LINE",
        ),
    ],
)
def test_problems_of_an_aggregate(aggregate: str, message: str) -> None:
    assert_problem(block(aggregate), message)


def test_speed_needs_places() -> None:
    text = block('¦"kmh_from_last"').replace(', "lat", "lon"', "")
    assert_problem(text, 'kmh_from_last needs the fields "lat" and "lon"')


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            'entity = ¦"acount"\nwindows = ["1h"]',
            'unknown entity "acount"; did you mean "account"?',
        ),
        ('entity = ["account", ¦"x"]\nwindows = ["1h"]', 'unknown entity "x"'),
        (
            'entity = "account"\nwindows = [¦"1 hour"]',
            '"1 hour" is not a duration; write "1h" (s m h d, 1s to 90d)',
        ),
        ('entity = "account"\nwindows = ["1h", ¦"60m"]', 'window "60m" is listed twice'),
        (
            'entity = "account"\nwindow = "1h"\nwindows = ["1h"]',
            'unknown key "window"; did you mean "windows"?',
        ),
    ][:4],
)
def test_problems_of_a_block(lines: str, message: str) -> None:
    features = f'\n[[features]]\n{lines}\naggregates = ["count"]\n'
    assert_problem(bank(features=features), message)


def test_a_block_without_windows_needs_one_for_each_aggregate() -> None:
    assert_problem(
        block('"count over 1h", ¦"sum(amount)"', windows=""),
        'no window: write "over 24h" after it, or windows = ["1h", "24h"] in its block',
    )


def test_a_block_says_whose_features_and_which() -> None:
    found = problems_of(bank(features='\n[[features]]\nwindows = ["1h"]\n'))
    assert [problem.text for problem in found] == [
        'a block of features needs entity = "account" or a list',
        'a block of features needs aggregates = ["count", ...]',
    ]


def test_features_are_written_in_double_brackets() -> None:
    features = FEATURES.replace("[[features]]", "¦[features]")
    assert_problem(
        bank(features=features), "features must be written as [[features]], once for each block"
    )


def test_one_name_made_twice_names_both_lines() -> None:
    again = '\n[[features]]\nentity = "account"\naggregates = [¦"count over 60m"]\n'
    text = bank(more_features=again)
    first = line_of(text, '["count"]')
    assert_problem(text, f'"account_count_1h" is defined twice: here and in line {first}')


def test_a_feature_cannot_be_named_like_a_field() -> None:
    fields = f'{FIELDS}account_count_1h = "x"\n'
    features = FEATURES.replace('"count"', '¦"count"')
    assert_problem(
        bank(fields=fields, features=features),
        '"account_count_1h" is also the name of a field; rename the field',
    )


def test_a_preset_of_absurdly_many_features_is_refused() -> None:
    windows = ", ".join(str(i) for i in range(1, 1_002))
    text = block('"count"', windows=f"windows = [{windows}]")
    assert [p.text for p in problems_of(text)] == ["1,001 features; at most 1,000"]


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ('[¦"amont"]', 'unknown input "amont"; did you mean "amount"?'),
        ('["amount", ¦"amount"]', '"amount" is listed twice'),
        (
            '[¦"country"]',
            '"country" is of type country, which a model cannot read; list its values to make it '
            "an enum, or count it in an aggregate",
        ),
        ('[¦"age_days"]', '"age_days" is not an age; write age_days(ENTITY.TIME_FIELD)'),
        ('["age_days(¦acount.signup_time)"]', 'unknown entity "acount"; did you mean "account"?'),
        ('["age_days(account.¦signup)"]', 'unknown field "signup"; did you mean "signup_time"?'),
        ('["age_days(account.¦country)"]', '"country" is of type country, not a time'),
    ],
)
def test_problems_of_the_inputs(listed: str, message: str) -> None:
    assert_problem(bank(more_top=f"inputs = {listed}\n"), message)
