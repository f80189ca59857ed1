"""Amounts and numbers against decimal.Decimal and fractions.Fraction."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.codec.messages import (
    DECODER,
    PRESET,
    SECRET,
    YEAR_2025,
    buffer,
    decode,
    only_reject,
    preset_with,
    priced,
)

from fraudstream.codec import Decoder
from fraudstream.codec.decimals import LARGEST, TAIL_NONE, read_scaled, rounded
from fraudstream.codec.money import currency_rows, times_ratio
from fraudstream.codec.values import FINE, NOT_FINITE, OUT_OF_RANGE, WRONG_TYPE
from fraudstream.events import MISSING, Reason
from fraudstream.schema import Currency

EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)
ROUNDING = Decoder(preset_with("amount", round="half_even"), SECRET)

numbers = st.from_regex(r"-?[0-9]{1,45}(\.[0-9]{1,45})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
small_numbers = st.from_regex(r"-?[0-9]{1,7}(\.[0-9]{1,8})?([eE][+-]?[0-6])?", fullmatch=True)


def scaled(text: str, decimals: int) -> tuple[int, int, int, bool]:
    data = buffer(text.encode())
    return read_scaled(data.ctypes.data, 0, len(text), decimals)


@given(numbers | small_numbers, st.integers(-3, 9))
@example("0.5", 0)
@example("1.5", 0)
@example("2.50000000000000000000000000000000000001", 0)
@example("99999999999999.5", 0)
@example("0e999", 2)
@example("1e-400", 2)
@example("00012.5", 0)
@settings(max_examples=500)
def test_digits_become_the_integer_that_decimal_arithmetic_gives(text: str, decimals: int) -> None:
    exact = EXACT.scaleb(EXACT.create_decimal(text), decimals)
    wanted = EXACT.to_integral_value(exact)
    fault, value, tail, negative = scaled(text, decimals)
    if abs(exact) > 10**15:
        assert fault == OUT_OF_RANGE
    elif fault == FINE:
        assert (-rounded(value, tail) if negative else rounded(value, tail)) == wanted
        assert (tail == TAIL_NONE) == (exact == wanted)
    else:
        assert fault == OUT_OF_RANGE
        assert abs(exact) > LARGEST


@pytest.mark.parametrize(
    "text", ["", "-", ".", "1.", ".5", "1e", "1e+", "--1", "1 ", " 1", "1,5", "0x1", "1e5.0", "१"]
)
def test_what_is_no_plain_number_is_none(text: str) -> None:
    data = buffer(text.encode())
    assert read_scaled(data.ctypes.data, 0, len(text.encode()), 2)[0] == WRONG_TYPE


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-Inf", "+Infinity", "INFINITY"])
def test_words_for_no_finite_number_are_known(text: str) -> None:
    assert scaled(text, 2)[0] == NOT_FINITE


def test_a_number_as_long_as_a_message_is_read_in_passing() -> None:
    assert scaled("1." + "0" * 60_000 + "1", 2)[:2] == (FINE, 100)
    assert scaled("0" * 60_000 + "7", 0)[:2] == (FINE, 7)
    assert scaled("9" * 60_000, 0)[0] == OUT_OF_RANGE
    assert scaled("1e" + "9" * 10_000, 0)[0] == OUT_OF_RANGE


@given(
    st.integers(0, LARGEST),
    st.integers(1, (1 << 63) - 1) | st.integers(1, 10**6),
    st.integers(1, 1 << 46) | st.integers(1, 10**6),
)
@settings(max_examples=500)
def test_conversion_is_exact_and_rounds_half_to_even(value: int, above: int, below: int) -> None:
    wanted = round(Fraction(value * above, below))
    assert times_ratio(value, above, below) == (wanted if wanted <= LARGEST else -1)


@pytest.mark.parametrize(("above", "below"), [(1, 0), (0, 1), (1, (1 << 46) + 1), (1 << 63, 1)])
def test_rates_that_could_not_be_multiplied_exactly_are_refused(above: int, below: int) -> None:
    currency = Currency("EUR", {"EUR": 2, "USD": 2}, {"USD": ((0, above, below),)})
    with pytest.raises(ValueError, match="of USD"):
        currency_rows(currency, 0)


def test_a_currency_code_is_three_capitals() -> None:
    with pytest.raises(ValueError, match="three capital letters"):
        currency_rows(Currency("EUR", {"EUR": 2, "usd": 2}), 0)


@pytest.mark.parametrize(
    ("written", "currency", "minor", "base"),
    [
        ("512.3", "EUR", 51230, 51230),
        ('"512.30"', "EUR", 51230, 51230),
        ("512.3000", "EUR", 51230, 51230),
        ("5123e-1", "EUR", 51230, 51230),
        ("5.123E2", "EUR", 51230, 51230),
        ("-0.00", "EUR", 0, 0),
        ("0", "EUR", 0, 0),
        ("10", "JPY", 10, 6),
        ("100.00", "USD", 10000, 9500),
        ("0.10", "USD", 10, 10),  # 9.5 goes to the even 10
        ("0.30", "USD", 30, 28),  # 28.5 goes to the even 28
        ("10000000000", "EUR", 10**12, 10**12),
    ],
)
def test_amounts_are_minor_units_of_their_currency_and_of_the_base(
    written: str, currency: str, minor: int, base: int
) -> None:
    events = decode(priced(written, currency)).events
    codes = DECODER._plan.layout.currencies
    assert events.amounts.tolist() == [minor]
    assert events.numbers[0, 0] == base
    assert codes[events.currencies[0]] == currency


def test_the_rate_is_that_of_the_day() -> None:
    before = decode(priced("100", "USD", time="2024-12-31T23:59:59.999Z")).events
    after = decode(priced("100", "USD", time="2025-01-01T00:00:00Z")).events
    assert (before.numbers[0, 0], after.numbers[0, 0]) == (9000, 9500)
    assert after.event_times[0] == YEAR_2025


def test_a_foreign_amount_of_a_label_without_a_time_has_no_base_amount() -> None:
    raw = (
        b'{"kind": "label", "id": "tx1", "fraud": true, "money": {"amount": 1, "currency": "USD"}}'
    )
    events = decode(raw).events
    assert events.amounts.tolist() == [100]
    assert events.numbers[0, 0] == MISSING
    assert events.event_times[0] == MISSING


@pytest.mark.parametrize(
    ("written", "currency", "reason"),
    [
        ("NaN", "EUR", Reason.AMOUNT_NOT_FINITE),
        ("Infinity", "EUR", Reason.AMOUNT_NOT_FINITE),
        ("-Infinity", "EUR", Reason.AMOUNT_NOT_FINITE),
        ('"nan"', "EUR", Reason.AMOUNT_NOT_FINITE),
        ("-0.01", "EUR", Reason.AMOUNT_NEGATIVE),
        ("-1e-9", "EUR", Reason.AMOUNT_NEGATIVE),
        ("-1e99", "EUR", Reason.AMOUNT_NEGATIVE),
        ("1" + "0" * 39, "EUR", Reason.AMOUNT_RANGE),
        ("1e400", "EUR", Reason.AMOUNT_RANGE),
        ("10000000000.01", "EUR", Reason.AMOUNT_RANGE),
        ("12.345", "EUR", Reason.AMOUNT_DECIMALS),
        ("0.1", "JPY", Reason.AMOUNT_DECIMALS),
        ("1.0001", "KWD", Reason.AMOUNT_DECIMALS),
        ("1", "XXX", Reason.CURRENCY_UNKNOWN),
        ("1", "eur", Reason.CURRENCY_UNKNOWN),
        ("1", "EURO", Reason.CURRENCY_UNKNOWN),
        ("1", "", Reason.CURRENCY_UNKNOWN),
        ("1", "KWD", Reason.CURRENCY_NO_RATE),
        ('"1,000.00"', "EUR", Reason.FIELD_TYPE),
        ('""', "EUR", Reason.FIELD_TYPE),
        ("true", "EUR", Reason.FIELD_TYPE),
        ("{}", "EUR", Reason.FIELD_TYPE),
    ],
)
def test_amounts_that_cannot_be_kept_are_rejected(
    written: str, currency: str, reason: Reason
) -> None:
    reject = only_reject(priced(written, currency))
    assert reject.reason is reason
    wrong = "currency" if reason.startswith("currency") else "amount"
    assert reject.field == wrong
    assert reject.detail.startswith(wrong)


def test_too_many_decimals_name_the_option_that_rounds_them() -> None:
    assert 'round = "half_even"' in only_reject(priced("12.345")).detail
    events = decode(priced("12.345"), priced("12.355"), priced("12.3451"), decoder=ROUNDING).events
    assert events.amounts.tolist() == [1234, 1236, 1235]


def test_an_amount_without_its_currency_is_rejected() -> None:
    reject = only_reject(b'{"id": "a", "time": "2026-01-31", "money": {"amount": 1}}')
    assert (reject.reason, reject.field) == (Reason.FIELD_MISSING, "currency")


@given(st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", fullmatch=True))
@settings(max_examples=200)
def test_every_decimal_amount_is_kept_exactly_or_rejected(text: str) -> None:
    decoded = decode(priced('"' + text + '"'))
    exact = Decimal(text) * 100
    if exact < 0 or exact > LARGEST or exact != int(exact):
        assert len(decoded.rejects) == 1
    else:
        assert decoded.events.amounts.tolist() == [int(exact)]


def test_the_presets_own_order_of_currencies_is_the_layouts() -> None:
    assert DECODER._plan.layout.currencies == tuple(sorted(PRESET.currency.digits))


@pytest.mark.parametrize(
    ("written", "thousandths"),
    [("52.52", 52520), ("-13.4045", -13404), ("0.0005", 0), ("0.0015", 2), ('"7"', 7000)],
)
def test_numbers_are_scaled_and_rounded_half_to_even(written: str, thousandths: int) -> None:
    raw = priced("1", place={"lat": "LAT"}).replace(b'"LAT"', written.encode())
    events = decode(raw).events
    assert events.numbers[0, DECODER._plan.layout.numbers.index("lat")] == thousandths


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("1e10", Reason.AMOUNT_RANGE),
        ("NaN", Reason.AMOUNT_NOT_FINITE),
        ('"north"', Reason.FIELD_TYPE),
        ("false", Reason.FIELD_TYPE),
    ],
)
def test_numbers_that_cannot_be_kept_are_rejected(written: str, reason: Reason) -> None:
    raw = priced("1", place={"lat": "LAT"}).replace(b'"LAT"', written.encode())
    assert only_reject(raw).reason is reason
    assert only_reject(raw).field == "lat"
