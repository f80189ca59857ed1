"""Mistakes in the file as a whole, and all of them at once."""

from __future__ import annotations

import pytest
from tests.unit.schema.bank import (
    ENTITIES,
    FIELDS,
    assert_problem,
    bank,
    problems_of,
    read,
)

from fraudstream.errors import PresetInvalid, Problem


def test_the_small_bank_has_no_problem() -> None:
    assert read(bank()).feature_names == ("account_count_1h",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = ¦= "x"', "Invalid value"),
        ("a = 1\n¦a = 2", "Cannot overwrite a value"),
        ('a = "x¦\n', "Illegal character '\\n'"),
    ],
)
def test_what_is_not_toml_is_told_with_its_place(text: str, message: str) -> None:
    before = text[: text.index("¦")]
    with pytest.raises(PresetInvalid, match=r"bank.toml is not valid TOML") as caught:
        read(text.replace("¦", ""))
    (problem,) = caught.value.problems
    assert problem.text == message
    assert problem.line == before.count("\n") + 1


def test_a_file_that_ends_too_soon_is_told_with_its_end() -> None:
    with pytest.raises(PresetInvalid) as caught:
        read("a = [1,\n2")
    assert caught.value.problems == (Problem("Unclosed array", "bank.toml", 2, 2),)


def test_a_byte_order_mark_and_other_line_ends_are_no_problem() -> None:
    assert read("\ufeff" + bank().replace("\n", "\r\n")) == read(bank())


def test_a_file_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(PresetInvalid, match="not valid TOML"):
        read("a = " + "[" * 100_000)


def test_a_file_longer_than_any_preset_is_refused() -> None:
    with pytest.raises(PresetInvalid, match="longer than 1,000,000 characters"):
        read("#" * 1_000_001)


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ('preset = ¦"1"', 'preset must be a whole number, not "1"'),
        ("preset = ¦2", "layout 2 is not known here; this version reads layout 1"),
        ("preset = ¦true", "preset must be a whole number, not true"),
    ],
)
def test_the_layout_of_the_file_is_checked(top: str, message: str) -> None:
    assert_problem(bank(top=f'{top}\nname = "bank"\n'), message)


def test_a_missing_layout_is_asked_for() -> None:
    (problem,) = problems_of(bank(top='name = "bank"\n'))
    assert problem.text == "the layout's version is missing; begin with preset = 1"


@pytest.mark.parametrize("name", ["", "my bank", "-x"])
def test_a_preset_needs_a_plain_name(name: str) -> None:
    assert_problem(
        bank(top=f'preset = 1\nname = ¦"{name}"\n'),
        'a preset needs a name of letters, digits, - and _: name = "my_bank"',
    )


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ('¦timezon = "UTC"', 'unknown key "timezon"; did you mean "timezone"?'),
        ('¦lateness = "1h"', 'unknown key "lateness"; it belongs under [input]'),
        ("¦xyzzy = 1", 'unknown key "xyzzy"'),
        (
            'timezone = ¦"Berlin"',
            'unknown time zone "Berlin"; write a name such as "Europe/Berlin" or "UTC"',
        ),
        (
            'calendar_zone = ¦"../etc/passwd"',
            'unknown time zone "../etc/passwd"; write a name such as "Europe/Berlin" or "UTC"',
        ),
        ('currency = ¦"EURO"', 'unknown currency "EURO"; did you mean "EUR"?'),
        ('currency = ¦"eur"', 'unknown currency "eur"; did you mean "EUR"?'),
        ("currency = ¦7", "currency must be a table [currency], not 7"),
        ('currency = { ¦bse = "EUR" }', 'unknown key "bse"; did you mean "base"?'),
        (
            'currency = { base = "EUR", rates = ¦"rates.csv" }',
            'file "rates.csv" cannot be read; it is looked for beside the preset',
        ),
    ],
)
def test_problems_at_the_top(top: str, message: str) -> None:
    assert_problem(bank(more_top=f"{top}\n"), message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('format = ¦"jsn"', 'format must be json, csv or parquet, not "jsn"; did you mean "json"?'),
        ('format = ¦"avro"', "avro is not read yet; write json, csv or parquet"),
        ("format = ¦3", "format must be text, not 3"),
        ('¦latenes = "1h"', 'unknown key "latenes"; did you mean "lateness"?'),
        ('lateness = ¦"90days"', '"90days" is not a duration; write "90d" (s m h d, 0s to 90d)'),
        ("dedupe = ¦1.5", 'dedupe must be a duration such as "1h", not 1.5'),
        ("max_bytes = ¦5", "max_bytes must be from 256 to 16,777,216, not 5"),
        (
            'arrival = ¦"came"',
            '"came" is not declared under [fields]; write "log", "event_time" or a time field',
        ),
        (
            'arrival = ¦"country"',
            '"country" is not a time field; write "log", "event_time" or a time field',
        ),
    ],
)
def test_problems_of_the_input(line: str, message: str) -> None:
    assert_problem(bank(more_input=f"{line}\n"), message)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('[labels]\nfield = ¦"is_frod"', 'unknown field "is_frod"'),
        ('[labels]\nfield = ¦"channel"', '"channel" is of type enum; a label is a boolean'),
        ('[labels]\n¦feld = "x"', 'unknown key "feld"; did you mean "field"?'),
        (
            '[labels]\nknown_after = ¦"1 week"',
            '"1 week" is not a duration; write "7d" (s m h d, 0s to 90d)',
        ),
        ("[policy]\n¦cost = {}", 'unknown key "cost"; did you mean "costs"?'),
        (
            "[policy]\ncosts = { ¦reveiw = 3 }",
            'unknown cost "reveiw"; did you mean "review"?',
        ),
        (
            "[policy]\ncosts = { review = ¦-3 }",
            "review must be from 0 to 1,000,000, not -3",
        ),
        (
            "[policy]\ncosts = { review = ¦nan }",
            "review must be from 0 to 1,000,000, not NaN",
        ),
        (
            "[policy]\ncosts = { review = ¦3.001 }",
            "3.001 has more than the 2 decimals of its currency",
        ),
        ('[policy]\ncosts = { review = ¦"3" }', 'review must be a number, not "3"'),
        (
            "[policy]\ncosts = { loss_given_fraud = ¦99.0 }",
            "loss_given_fraud must be from 0 to 10, not 99.0",
        ),
        (
            "[policy]\ncosts = { reviews_per_day = ¦1.5 }",
            "reviews_per_day must be a whole number, not 1.5",
        ),
    ],
)
def test_problems_of_labels_and_costs(lines: str, message: str) -> None:
    assert_problem(bank(rest=f"\n{lines}\n"), message)


FULL_OF_MISTAKES = """\
preset = 1
name = "a bank"
[input]
lateness = "1 week"
[fields]
event_time = "at"
amount = "value"
merchant_id = "shop"
channel = { from = "where", typ = "text" }
[entities]
merchant = "merchnt_id"
[filters]
risky = "score > 0.5"
[[features]]
entity = "merchant"
windows = ["1h"]
aggregates = ["cuont", "sum(amont)"]
[policy]
costs = { review = -1 }
"""


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(PresetInvalid) as caught:
        read(FULL_OF_MISTAKES)
    assert str(caught.value).splitlines() == [
        "error[preset-invalid]: bank.toml has 8 problems",
        '  bank.toml:2:8  a preset needs a name of letters, digits, - and _: name = "my_bank"',
        '  bank.toml:4:12  "1 week" is not a duration; write "7d" (s m h d, 0s to 90d)',
        '  bank.toml:9:29  unknown option of a field: "typ"; did you mean "type"?',
        '  bank.toml:11:12  unknown field "merchnt_id"; did you mean "merchant_id"?',
        '  bank.toml:13:9  "score" is not part of the event: features never depend on scores, '
        "decisions or labels, so a filter cannot either",
        '  bank.toml:17:15  unknown aggregate "cuont"; did you mean "count"?',
        '  bank.toml:17:29  unknown field "amont"; did you mean "amount"?',
        "  bank.toml:19:20  review must be from 0 to 1,000,000, not -1",
        "Nothing was started. Check again: fraudstream presets check bank.toml",
    ]


def test_a_broken_field_entity_or_filter_complains_once_and_not_again_where_it_is_used() -> None:
    text = bank(
        fields=FIELDS.replace('"pos", "ecom"', '"pos", "pos", "ecom"'),
        entities=ENTITIES.replace('device = "device_id"', 'device = "devise_id"'),
        filters="[filters]\necom = \"chanel = 'ecom'\"\n",
        features='\n[[features]]\nentity = ["account", "device"]\nwindows = ["1h"]\n'
        'aggregates = ["count where ecom", "distinct(channel)"]\n',
    )
    assert [problem.text for problem in problems_of(text)] == [
        'value "pos" is listed twice',
        'unknown field "devise_id"; did you mean "device_id"?',
        'unknown field "chanel"; did you mean "channel"?',
    ]
