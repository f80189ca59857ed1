"""A preset guessed from data reads without a problem, or asks what cannot be known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.errors import PresetInvalid
from fraudstream.schema import FieldType, Preset, guess, read_preset
from fraudstream.schema.guess import DataFormat
from fraudstream.schema.samples import columns_of, snake

HEADER = ("TX_ID", "when", "CUSTOMER_ID", "shop", "merchant", "amt", "currency", "fraud", "method")
ROWS = [
    (str(i), f"2026-01-{i:02d} 10:00:00", f"c{i % 3}", "x", f"m{i % 2}", f"{i}.50", "USD", "0", way)
    for i, way in zip(range(1, 13), ["card", "cash"] * 6, strict=True)
]


def guessed(
    header: Sequence[str], rows: Sequence[Sequence[object]]
) -> tuple[Preset, tuple[str, ...]]:
    text, notes = guess(header, rows, "my data")
    return read_preset(text, "guess.toml"), notes


def times(*written: object) -> str:
    text, _ = guess(["timestamp", "amount"], [(each, "1") for each in written], "x")
    return text


def format_of(*written: object) -> str:
    field = read_preset(times(*written), "guess.toml").field_named("event_time")
    assert field is not None
    return field.format


def test_a_plain_csv_becomes_a_preset_that_reads() -> None:
    header = [name if name != "when" else "event_time" for name in HEADER]
    preset, notes = guessed(header, ROWS)
    assert preset.name == "my_data"
    assert {name: keys for name, keys in preset.entities} == {
        "account": ("account_id",),
        "merchant": ("merchant_id",),
    }
    assert preset.currency.base == "USD"
    assert preset.labels.field == "is_fraud"
    assert "account_amount_zscore_30d" in preset.feature_names
    assert "method" in preset.feature_names
    assert notes == ("not read, for nothing says what they are: shop",)


def test_every_guess_is_marked() -> None:
    text, _ = guess(HEADER, ROWS, "x")
    fields = text[text.index("[fields]") : text.index("[entities]")].splitlines()[1:]
    assert all("guessed" in line or line.startswith("#") for line in fields if line)


def test_a_column_that_gives_the_answer_away_is_not_read() -> None:
    rows = [(str(i), "2026-01-01", "1", "0", "s" if i % 2 else "t") for i in range(12)]
    preset, notes = guessed(["id", "date", "amount", "is_fraud", "fraud_scenario"], rows)
    assert "fraud_scenario" not in {field.name for field in preset.fields}
    assert any("fraud_scenario" in note for note in notes)


@pytest.mark.parametrize(
    ("written", "format"),
    [
        (["2026-01-31T13:00:05Z"], "iso8601"),
        (["2026-01-31T13:00:05.123+01:00", "2026-01-31T13:00"], "iso8601"),
        (["2026-01-31 13:00:05"], "%Y-%m-%d %H:%M:%S"),
        (["2026-01-31 13:00:05", "2026-01-31 13:00:05.5"], "iso8601"),
        (["2026/01/31"], "%Y/%m/%d"),
        (["31/01/2026 13:00", "01/02/2026 13:00"], "%d/%m/%Y %H:%M"),
        (["01/31/2026 13:00:01", "01/02/2026 13:00:01"], "%m/%d/%Y %H:%M:%S"),
        (["31.01.2026"], "%d.%m.%Y"),
        (["1769864405"], "unix"),
        ([1769864405123], "unix_ms"),
        ([datetime(2026, 1, 31, tzinfo=UTC)], "iso8601"),
    ],
)
def test_a_time_that_can_be_read_one_way_only_is_read_that_way(
    written: list[object], format: str
) -> None:
    assert format_of(*written) == format


@pytest.mark.parametrize(
    "written",
    [
        ["03/04/2026"],
        ["03/04/2026", "12/12/2026"],
        ["03.04.2026 10:00"],
        ["13/01/2026", "01/13/2026"],
    ],
)
def test_a_day_and_a_month_that_cannot_be_told_apart_are_asked_for(written: list[str]) -> None:
    text = times(*written)
    assert f"QUESTION: is {written[0]} day first or month first?" in text
    with pytest.raises(PresetInvalid, match="the order of day and month is not decided"):
        read_preset(text, "guess.toml")


def test_a_time_in_no_known_form_is_asked_for() -> None:
    text = times("last Tuesday")
    assert "QUESTION: how is a time such as last Tuesday written?" in text
    with pytest.raises(PresetInvalid, match="is not a time format"):
        read_preset(text, "guess.toml")


def test_data_without_time_or_amount_is_asked_for_them() -> None:
    text, notes = guess(["a", "b"], [("x", "y")], "x")
    assert [note for note in notes if note.startswith("QUESTION")] == [
        'QUESTION: which column is the time? event_time = { from = "...", format = "..." }',
        'QUESTION: which column is the amount? amount = "..."',
    ]
    with pytest.raises(PresetInvalid, match='no field "event_time"'):
        read_preset(text, "guess.toml")


def test_a_card_number_is_hidden_and_amounts_with_more_decimals_are_rounded() -> None:
    rows = [("2026-01-01", "4111111111111111", "1.005"), ("2026-01-02", "4111111111111111", "-2")]
    preset, notes = guessed(["date", "cc_num", "amount"], rows)
    card, amount = preset.field_named("card_id"), preset.field_named("amount")
    assert card is not None and card.hash
    assert amount is not None and amount.round == "half_even"
    assert "some amounts are negative: such messages are rejected" in notes


def test_other_currencies_ask_for_rates() -> None:
    rows = [("2026-01-01", "1", "EUR"), ("2026-01-01", "1", "EUR"), ("2026-01-01", "1", "USD")]
    _, notes = guessed(["date", "amount", "currency"], rows)
    assert any(note.startswith("amounts in USD are rejected") for note in notes)


def test_labels_that_are_events_of_their_own_are_recognised() -> None:
    rows = [
        (None, "t1", "2026-01-01T00:00:00Z", "5", None),
        ("label", "t1", "2026-01-01T00:00:00Z", "5", True),
    ]
    header = ["kind", "transaction_id", "event_time", "amount", "is_fraud"]
    preset, _ = guessed(header, rows)
    assert preset.input.kind == "kind"
    assert preset.labels.field is None
    is_fraud = preset.field_named("is_fraud")
    assert is_fraud is not None and is_fraud.type is FieldType.BOOLEAN


def test_time_and_amount_are_known_by_their_values_where_no_name_tells() -> None:
    rows = [("c1", "2026-01-05 06:14:02", "23.90"), ("c2", "2026-01-05 06:15:00", "4")]
    preset, _ = guessed(["customer", "wann", "betrag"], rows)
    assert [preset.field_named(name).path for name in ("event_time", "amount")] == [  # type: ignore[union-attr]
        ("wann",),
        ("betrag",),
    ]


def test_of_two_columns_that_may_be_the_time_none_is_taken() -> None:
    rows = [("2026-01-05 06:14:02", "2026-01-05 06:15:00", "4.20")]
    _, notes = guess(["wann", "gebucht", "betrag"], rows, "bank")
    assert any("which column is the time" in note for note in notes)


def test_a_currency_in_the_amount_s_name_is_the_base() -> None:
    preset, _ = guessed(["time", "amount_chf"], [("2026-01-05T06:14:02Z", "23.90")])
    assert preset.currency.base == "CHF"


def test_what_only_labels_say_is_no_input_of_the_model() -> None:
    rows = [
        (kind, f"t{n}", "2026-01-01T00:00:00Z", "5", channel, reason)
        for n in range(8)
        for kind, channel, reason in [
            (None, ("pos", "atm")[n % 2], None),
            ("label", None, ("stolen", "genuine")[n % 2]),
        ]
    ]
    header = ["kind", "transaction_id", "event_time", "amount", "channel", "reason_code"]
    preset, _ = guessed(header, rows)
    assert "channel" in [each.name for each in preset.inputs]
    assert "reason_code" not in [each.name for each in preset.inputs]
    assert preset.field_named("reason_code") is not None


@pytest.mark.parametrize(("data", "path"), [("csv", ("tx.id",)), ("json", ("tx", "id"))])
def test_a_name_with_a_dot_is_one_name_in_a_csv_and_a_path_in_json(
    data: DataFormat, path: tuple[str, ...]
) -> None:
    text, _ = guess(["date", "amount", "tx.id"], [("2026-01-01", "1", "a")], "x", data)
    field = read_preset(text, "guess.toml").field_named("transaction_id")
    assert field is not None and field.path == path


_CELLS = (
    st.none() | st.text(max_size=12) | st.integers() | st.floats(allow_nan=False) | st.booleans()
)
_NAMES = st.sampled_from(
    [*HEADER, "event_time", "lat", "lon", "ip", "country", "hour", "a b", "x.y"]
)


@given(
    st.lists(_NAMES | st.text(min_size=1, max_size=8), unique=True, min_size=1, max_size=8),
    st.data(),
)
def test_whatever_the_data_the_guess_reads_or_only_its_questions_are_open(
    header: list[str], data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.tuples(*[_CELLS for _ in header]), max_size=5))
    text, _ = guess(header, rows, "x")
    try:
        read_preset(text, "guess.toml")
    except PresetInvalid as refused:
        asked = ("no field", "is not a time format", "order of day and month")
        assert all(any(words in p.text for words in asked) for p in refused.problems), str(refused)


@given(st.text(min_size=1, max_size=60))
def test_any_name_becomes_one_of_ours(name: str) -> None:
    assert snake(name)[:1].isalpha()
    assert snake(name) == snake(snake(name))


def test_absent_cells_are_left_out_of_a_column() -> None:
    (column,) = columns_of(["a"], [("x",), (None,), ("",), ()])
    assert column.values == ("x",)
