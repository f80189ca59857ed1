"""What a preset means once it is read."""

from __future__ import annotations

import pytest
from tests.unit.schema.bank import FIELDS, bank, read

from fraudstream.schema import Field, FieldType, Input, InputFunction

DAY = 86_400_000


def test_a_column_is_a_field_of_its_own_name_and_its_type_is_known_by_it() -> None:
    preset = read(bank())
    types = {
        name: field.type
        for name in ("account_id", "country", "lat", "signup_time", "kind")
        if (field := preset.field_named(name))
    }
    assert types == {
        "account_id": FieldType.TEXT,
        "country": FieldType.COUNTRY,
        "lat": FieldType.NUMBER,
        "signup_time": FieldType.TIME,
        "kind": FieldType.KIND,
    }
    assert preset.field_named("lat") == Field("lat", ("lat",), FieldType.NUMBER, decimals=6)


def test_time_amount_and_id_are_required_and_nothing_else() -> None:
    required = {field.name for field in read(bank()).fields if field.required}
    assert required == {"event_time", "amount", "transaction_id"}


def test_a_path_may_lead_inwards_and_a_list_keeps_its_dots() -> None:
    fields = FIELDS + 'inner = "a.b.c"\nflat = { from = ["a.b"] }\n'
    preset = read(bank(fields=fields))
    paths = {field.name: field.path for field in preset.fields}
    assert paths["inner"] == ("a", "b", "c")
    assert paths["flat"] == ("a.b",)


def test_a_field_with_values_is_an_enum_and_a_number_has_four_decimals_unless_it_says_so() -> None:
    preset = read(bank(more_fields='other = { from = "o", type = "number" }\n'))
    assert preset.field_named("channel") == Field(
        "channel", ("channel",), FieldType.ENUM, values=("pos", "ecom")
    )
    assert [f.decimals for f in preset.fields if f.name in ("weight", "other")] == [1, 4]


def test_times_without_a_zone_are_in_the_preset_s_timezone_unless_a_field_has_its_own() -> None:
    fields = FIELDS + 'known_at = { from = "known", zone = "UTC" }\n'
    preset = read(bank(more_top='timezone = "Europe/Berlin"\n', fields=fields))
    zones = {f.name: f.zone for f in preset.fields if f.type is FieldType.TIME}
    assert zones == {
        "event_time": "Europe/Berlin",
        "known_at": "UTC",
        "signup_time": "Europe/Berlin",
    }


def test_the_field_of_the_currency_needs_no_declaration_of_its_own() -> None:
    fields = FIELDS.replace('"value"', '{ from = "value", currency = "ccy" }')
    preset = read(bank(fields=fields))
    assert preset.field_named("ccy") == Field("ccy", ("ccy",), FieldType.TEXT)


def test_the_label_s_field_becomes_a_boolean() -> None:
    text = bank(
        more_fields='bad = "bad"\n',
        rest='[labels]\nfield = "bad"\nfraud = "Y"\nknown_after = "30d"\n',
    )
    preset = read(text)
    bad = preset.field_named("bad")
    assert bad is not None
    assert bad.type is FieldType.BOOLEAN
    assert (preset.labels.field, preset.labels.fraud) == ("bad", ("Y",))
    assert preset.labels.known_after == 30 * DAY


def test_without_a_word_the_usual_is_meant() -> None:
    preset = read('preset = 1\nname = "x"\n[fields]\nevent_time = "t"\namount = "a"\n')
    assert (preset.input.lateness, preset.input.max_future, preset.input.dedupe) == (
        3_600_000,
        300_000,
        DAY,
    )
    assert (preset.input.format, preset.input.arrival, preset.input.kind) == ("json", "log", None)
    assert (preset.currency.base, preset.calendar_zone) == ("EUR", "UTC")
    assert preset.costs.false_decline == 800
    assert preset.feature_names == ()


def test_costs_are_minor_units_of_the_base_currency() -> None:
    costs = "[policy]\ncosts = { false_decline = 8.05, review = 3, loss_given_fraud = 0.7 }\n"
    found = read(bank(more_rest="", rest=costs)).costs
    assert (found.false_decline, found.review, found.loss_given_fraud) == (805, 300, 0.7)
    yen = read(bank(more_top='currency = "JPY"\n', rest="[policy]\ncosts = { review = 300 }\n"))
    assert yen.costs.review == 300


def test_inputs_are_numbers_codes_and_what_the_clock_says() -> None:
    listed = '["amount", "hour", "channel", "weight", "age_days(account.signup_time)"]'
    assert read(bank(more_top=f"inputs = {listed}\n")).inputs == (
        Input("amount", InputFunction.NUMBER, field="amount"),
        Input("hour", InputFunction.HOUR),
        Input("channel", InputFunction.CODE, field="channel"),
        Input("weight", InputFunction.NUMBER, field="weight"),
        Input("account_age_days", InputFunction.AGE_DAYS, field="signup_time", entity="account"),
    )


def test_an_arrival_may_be_a_time_field() -> None:
    assert read(bank(more_input='arrival = "signup_time"\n')).input.arrival == "signup_time"


def test_an_entity_may_be_called_like_the_field_it_is() -> None:
    entities = '\n[entities]\naccount = "account_id"\ncountry = "country"\n'
    preset = read(bank(entities=entities))
    assert preset.entities == (("account", ("account_id",)), ("country", ("country",)))


@pytest.mark.parametrize("line", ["lateness = 0", 'dedupe = "0s"', "max_future = 90"])
def test_lateness_deduplication_and_future_may_be_nothing_or_bare_seconds(line: str) -> None:
    key, value = line.split(" = ")
    ms = getattr(read(bank(more_input=f"{line}\n")).input, key)
    assert ms == int(value.strip('"s')) * 1_000
