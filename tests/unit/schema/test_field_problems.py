"""Mistakes in fields, columns and entities."""

from __future__ import annotations

import pytest
from tests.unit.schema.bank import (
    FIELDS,
    assert_problem,
    bank,
    line_of,
    problems_of,
)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            '["account_id", "device_id", ¦"Card"]',
            '"Card" cannot be a name here (names are lower case letters, digits and underscores, '
            "at most 48, a letter first); rename it under [fields]",
        ),
        (
            '["account_id", "device_id", ¦"account_id"]',
            'field "account_id" is declared twice: here and in [fields] or before',
        ),
        (
            '["account_id", "device_id", ¦"hour"]',
            '"hour" is already an input made from the event time; use another name',
        ),
        ('["account_id", "device_id", ¦7]', "columns must hold texts only, not 7"),
    ],
)
def test_problems_of_the_columns(columns: str, message: str) -> None:
    assert_problem(bank(input=f"\n[input]\ncolumns = {columns}\n"), message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x = ¦7", 'a field is written as "their.path" or { from = "their.path", ... }'),
        ('x = ¦"a..b"', '"a..b" is not a path; write "name" or "outer.name"'),
        (
            '¦X = "a"',
            '"X" cannot be a field\'s name: names are lower case letters, digits and '
            "underscores, at most 48, a letter first",
        ),
        (
            '¦night = "a"',
            '"night" is already an input made from the event time; use another name',
        ),
        (
            'x = { from = "a", ¦vales = ["b"] }',
            'unknown option of a field: "vales"; did you mean "values"?',
        ),
        (
            'x = { from = "a", type = ¦"nmber" }',
            'type must be text, enum, money, number, time, boolean, country or kind, not "nmber"; '
            'did you mean "number"?',
        ),
        (
            'x = { from = "a", type = ¦"enum" }',
            'an enum needs its values: values = ["pos", "ecom"]',
        ),
        (
            'x = { from = "a", type = ¦"money" }',
            'only "amount" is money; another sum is a number with decimals',
        ),
        ('x = { from = "a", values = ¦["b", "b"] }', 'value "b" is listed twice'),
        (
            'x = { from = "a", ¦decimals = 2 }',
            "decimals is for number fields, this one is of type text",
        ),
        (
            'x = { from = "a", ¦round = "half_even" }',
            "round is for money fields, this one is of type text",
        ),
        (
            'x = { from = "a", type = "number", decimals = ¦10 }',
            "decimals must be from 0 to 9, not 10",
        ),
        ('known_at = { from = "a", type = ¦"text" }', '"known_at" must be of type time'),
        ('x = { from = "a", hash = ¦"yes" }', 'hash must be true or false, not "yes"'),
        ('x = { from = "a", required = ¦1 }', "required must be true or false, not 1"),
        (
            'known_at = { from = "a", format = ¦"iso" }',
            '"iso" is not a time format; write iso8601, unix, unix_ms or unix_us, or a pattern of '
            "%Y %m %d",
        ),
        (
            'known_at = { from = "a", format = ¦"%d.%m.%Y %I:%M" }',
            '"%I" cannot be read; a pattern may have %Y %m %d %H %M %S %f %z',
        ),
        (
            'known_at = { from = "a", format = ¦"%Y-%H" }',
            "a pattern needs %m and %d exactly once",
        ),
        (
            'known_at = { from = "a", format = ¦"%d/%m/%Y | %m/%d/%Y" }',
            'the order of day and month is not decided; keep one of "%d/%m/%Y" or "%m/%d/%Y"',
        ),
        (
            'known_at = { from = "a", zone = ¦"CET/Nowhere" }',
            'unknown time zone "CET/Nowhere"; write a name such as "Europe/Berlin" or "UTC"',
        ),
    ],
)
def test_problems_of_a_field(line: str, message: str) -> None:
    assert_problem(bank(more_fields=f"{line}\n"), message)


def test_an_enum_of_too_many_values_is_refused() -> None:
    values = ", ".join(f'"v{i}"' for i in range(1_001))
    assert_problem(
        bank(more_fields=f'x = {{ from = "a", values = ¦[{values}] }}\n'),
        "1,001 values; at most 1,000 (leave them out for any text)",
    )


def test_the_time_and_the_amount_cannot_be_of_another_type() -> None:
    fields = FIELDS.replace('"at"', '{ from = "at", type = ¦"text" }')
    assert_problem(bank(fields=fields), '"event_time" must be of type time')


def test_places_always_have_the_decimals_that_distances_are_computed_with() -> None:
    text = bank(input="", fields=FIELDS + 'lat = { from = "lat", decimals = ¦4 }\n')
    only_fields = text[: text.index("[entities]")]
    assert_problem(only_fields, '"lat" always has 6 decimals')


def test_a_name_that_is_declared_only_by_its_use_is_checked_as_well() -> None:
    fields = FIELDS.replace('"value"', '{ from = "value", currency = ¦"CCY" }')
    advice = "names are lower case letters, digits and underscores, at most 48, a letter first"
    assert_problem(bank(fields=fields), f'"CCY" cannot be a field\'s name: {advice}')
    kind = '[input]\nkind = ¦"Kind"\ncolumns = ["account_id", "device_id"]\n'
    assert_problem(bank(input=kind), f'"Kind" cannot be a field\'s name: {advice}')


def test_the_currency_of_the_amount_is_a_text() -> None:
    fields = FIELDS.replace('"value"', '{ from = "value", currency = ¦"channel" }')
    assert_problem(bank(fields=fields), '"channel" is of type enum; a currency code is a text')


@pytest.mark.parametrize(("name", "what"), [("event_time", "time"), ("amount", "amount")])
def test_a_preset_without_time_or_amount_is_asked_for_them(name: str, what: str) -> None:
    lines = [line for line in FIELDS.splitlines() if not line.startswith(name)]
    fields = "\n".join(lines).replace("[fields]", "¦[fields]")
    advice = f'say which field is the {what}: {name} = "their_name"'
    assert_problem(bank(fields=fields), f'no field "{name}"; {advice}')


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('shop = ¦"merchnt_id"', 'unknown field "merchnt_id"; did you mean "merchant_id"?'),
        ('both = ["country", ¦"country"]', '"country" stands twice in the key of "both"'),
        ("none = ¦[]", 'entity "none" needs at least one field'),
        ("none = ¦3", "none must be a list of texts, not 3"),
        ('big = ¦"amount"', '"amount" is of type money; an entity is known by texts'),
        (
            'ring = ¦"pair"',
            '"pair" is an entity; an entity is made of fields, so name its fields',
        ),
        (
            '¦Big = "country"',
            '"Big" cannot be an entity: names are lower case letters, digits and underscores, at '
            "most 48, a letter first",
        ),
        (
            '¦country = "device_id"',
            '"country" is also the name of a field; rename one of them',
        ),
    ],
)
def test_problems_of_an_entity(line: str, message: str) -> None:
    assert_problem(bank(more_entities=f"{line}\n"), message)


def test_a_cycle_of_entities_is_told_at_every_entity_in_it() -> None:
    text = bank(entities='\n[entities]\naccount = "account_id"\nhen = "egg"\negg = "hen"\n')
    advice = "is an entity; an entity is made of fields, so name its fields"
    assert [(problem.text, problem.line) for problem in problems_of(text)] == [
        (f'"egg" {advice}', line_of(text, "hen =")),
        (f'"hen" {advice}', line_of(text, "egg =")),
    ]
