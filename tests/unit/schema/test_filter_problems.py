"""Mistakes in filters."""

from __future__ import annotations

import pytest
from tests.unit.schema.bank import assert_problem, bank, problems_of

SEES_THE_EVENT = (
    "is not part of the event: features never depend on scores, decisions or labels, so a filter "
    "cannot either"
)


CONDITION = "write for example channel = 'ecom' and amount >= 100"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x = ¦7", "x must be text, not 7"),
        ('x = ¦"channel = "', f"not a condition near '='; {CONDITION}"),
        ("x = ¦\"channel = 'ecom' and\"", f"not a condition near 'and'; {CONDITION}"),
        ('x = ¦""', f"not a condition; {CONDITION}"),
        ("x = \"country = 'DE' and ¦scor = 5\"", 'unknown field "scor"'),
        ("x = \"country = 'DE' and ¦score > 5\"", f'"score" {SEES_THE_EVENT}'),
        ("x = \"country = 'DE' and ¦is_fraud = 1\"", f'"is_fraud" {SEES_THE_EVENT}'),
        ("x = \"country = 'DE' and ¦action = 'decline'\"", f'"action" {SEES_THE_EVENT}'),
        (
            "x = \"amount > 1 and ¦chanel = 'pos'\"",
            'unknown field "chanel"; did you mean "channel"?',
        ),
        ("x = ¦\"channel = 'ecm'\"", '"channel" has no value "ecm"; did you mean "ecom"?'),
        ("x = ¦\"channel = 'zzz'\"", '"channel" has no value "zzz"; it is pos or ecom'),
        (
            "x = ¦\"country = 'Atlantis'\"",
            '"Atlantis" is not a country; write a code such as DE or an English name',
        ),
        ('x = ¦"amount > 1.005"', '"amount" has 2 decimals; 1.005 has more'),
        ('x = ¦"weight > 1.05"', '"weight" has 1 decimals; 1.05 has more'),
        ('x = ¦"amount > 1e13"', "1e13 is beyond any amount"),
        ("x = ¦\"amount > '5'\"", '"amount" is a number; write 5 without quotes'),
        (
            "x = \"amount > 1 and ¦country > 'DE'\"",
            '"country" is of type country: only =, <> and IN say anything',
        ),
        (
            'x = "amount > 1 and ¦event_time > 5"',
            '"event_time" is of type time, which a filter cannot compare',
        ),
        (
            'x = ¦"amount > weight"',
            'compare "amount" with a constant; a text stands in single quotes',
        ),
        (
            'x = ¦"country = DE"',
            'compare "country" with a constant; a text stands in single quotes',
        ),
        ('x = ¦"amount > 1 + 1"', 'compare "amount" with a constant, not "1 + 1"'),
        (
            "x = ¦\"lower(country) = 'de'\"",
            'a filter compares fields with constants; "LOWER(country)" is not understood',
        ),
        (
            'x = ¦"amount + 1 > 5"',
            'a filter compares fields with constants; "amount + 1" is not understood',
        ),
        (
            "x = ¦\"country like 'D%'\"",
            "a filter compares fields with constants; \"country LIKE 'D%'\" is not understood",
        ),
        (
            'x = ¦"country in (select 1)"',
            "IN needs a list of constants, for example channel in ('pos', 'atm')",
        ),
        (
            'x = ¦"select 1"',
            'a filter compares fields with constants; "SELECT 1" is not understood',
        ),
        ('x = ¦"true"', 'a filter compares fields with constants; "TRUE" is not understood'),
        (
            '¦X = "amount > 1"',
            '"X" cannot be a filter: names are lower case letters, digits and underscores, at '
            "most 48, a letter first",
        ),
        ('¦country = "amount > 1"', '"country" is also the name of a field; rename it'),
        ('¦pair = "amount > 1"', '"pair" is also the name of an entity; rename it'),
    ],
)
def test_problems_of_a_filter(line: str, message: str) -> None:
    assert_problem(bank(more_filters=f"{line}\n"), message)


def test_a_filter_that_would_cost_too_much_is_refused() -> None:
    many = " or ".join(f"amount = {i}" for i in range(100))
    (problem,) = problems_of(bank(more_filters=f'x = "{many}"\n'))
    assert problem.text == "more than 200 parts; split it, or declare an enum field"
    (problem,) = problems_of(bank(more_filters=f'x = "amount = {"1" * 3_000}"\n'))
    assert problem.text == "a filter may have 2,000 characters, this one has 3,009"
    (problem,) = problems_of(bank(more_filters=f'x = "{"(" * 900}amount = 1{")" * 900}"\n'))
    assert problem.text in (
        "nested too deeply",
        "more than 200 parts; split it, or declare an enum field",
    )
