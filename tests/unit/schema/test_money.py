"""Currencies and their dated rates are exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.schema.bank import bank, problems_of, read

from fraudstream.schema import COUNTRY_CODES, CURRENCY_DIGITS, country_code
from fraudstream.schema.money import minor_units

TOP = 'currency = { base = "EUR", rates = "rates.csv" }\n'
DAY = 86_400_000


def rates(*lines: str) -> dict[str, str]:
    return {"rates.csv": "\n".join(["currency,from,rate", *lines])}


def test_a_rate_is_the_worth_of_one_minor_unit_in_minor_units_of_the_base() -> None:
    files = rates("JPY,1970-01-02,0.006135", "KWD,1970-01-02,3.0", "USD,1970-01-02,0.9")
    found = read(bank(more_top=TOP), files).currency.rates
    worth = {code: Fraction(n, d) for code, ((_, n, d),) in found.items()}
    assert worth == {
        "JPY": Fraction("0.6135"),  # a yen has no decimals, a cent is a hundredth
        "KWD": Fraction("0.3"),  # a fils is a thousandth
        "USD": Fraction("0.9"),
    }
    assert {at for ((at, _, _),) in found.values()} == {DAY}


def test_rates_are_in_the_order_of_their_days_however_they_are_written() -> None:
    files = rates("USD,2026-02-01,0.9", "", "# new year", "USD,2026-01-01,0.8")
    (first, second) = read(bank(more_top=TOP), files).currency.rates["USD"]
    assert first[0] < second[0]
    assert Fraction(first[1], first[2]) == Fraction("0.8")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("USD,2026-01-01", "2 cells where currency,from,rate are three"),
        ("usd,2026-01-01,1", 'unknown currency "usd"; did you mean "USD"?'),
        ("EUR,2026-01-01,1", "EUR is the base currency; its rate is 1 and is not listed"),
        ("USD,01/02/2026,1", '"01/02/2026" is not a date; write it as 2026-01-31'),
        ("USD,2026-01-01,0", '"0" is not a rate; write what one USD is worth in EUR'),
        ("USD,2026-01-01,-1", '"-1" is not a rate; write what one USD is worth in EUR'),
        ("USD,2026-01-01,1e3", '"1e3" is not a rate; write what one USD is worth in EUR'),
        ("USD,2026-01-01,1234567", '"1234567" is not a rate; write what one USD is worth in EUR'),
        ("GBP,2026-01-01,2", "a second rate for the same currency and day"),
    ],
)
def test_a_wrong_line_of_the_rates_is_told_with_its_file_and_line(line: str, message: str) -> None:
    (problem,) = problems_of(bank(more_top=TOP), rates("GBP,2026-01-01,1.1", line))
    assert (problem.text, problem.file, problem.line) == (message, "rates.csv", 3)


def test_the_greatest_and_the_smallest_rate_fit_64_bits() -> None:
    top = TOP.replace("EUR", "KWD")
    (great,) = read(bank(more_top=top), rates("JPY,2026-01-01,999999.999999999")).currency.rates[
        "JPY"
    ]
    top = TOP.replace("EUR", "JPY")
    (small,) = read(bank(more_top=top), rates("KWD,2026-01-01,0.000000001")).currency.rates["KWD"]
    assert max(*great[1:], *small[1:]) < 2**63


@pytest.mark.parametrize("text", ["", "code,from,rate\nUSD,2026-01-01,1"])
def test_rates_begin_with_their_header(text: str) -> None:
    (problem,) = problems_of(bank(more_top=TOP), {"rates.csv": text})
    assert str(problem) == "rates.csv:1:1  the first line must be currency,from,rate"


@given(st.integers(0, 10**12), st.integers(0, 3))
def test_minor_units_are_exact(minor: int, digits: int) -> None:
    assert minor_units(Decimal(minor).scaleb(-digits), digits) == minor


def test_currencies_have_the_decimals_of_the_standard() -> None:
    some = {
        code: CURRENCY_DIGITS[code]
        for code in ("EUR", "USD", "JPY", "KWD", "CLF")
        if code in CURRENCY_DIGITS
    }
    assert some == {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
    assert all(code.isupper() and len(code) == 3 for code in CURRENCY_DIGITS)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Germany", "DE"),
        (" germany ", "DE"),
        ("GB", "GB"),
        ("uk", "GB"),
        ("United States of America", "US"),
        ("Bosnia and Herzegovina", "BA"),
        ("Atlantis", None),
    ],
)
def test_a_country_is_known_by_code_or_english_name(written: str, code: str | None) -> None:
    assert country_code(written) == code


def test_every_country_s_code_is_two_capitals_and_knows_itself() -> None:
    codes = set(COUNTRY_CODES.values())
    assert all(len(code) == 2 and code.isupper() for code in codes)
    assert all(country_code(code) == code for code in codes)
    assert len(codes) == 250
