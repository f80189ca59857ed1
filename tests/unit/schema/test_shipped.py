"""The shipped presets are read without a problem and say what the interfaces promise."""

from __future__ import annotations

import pytest

from fraudstream.errors import UsageInvalid
from fraudstream.schema import (
    FieldType,
    builtin,
    builtin_file,
    builtin_names,
    builtin_text,
    describe,
    layout_of,
    read_preset,
)


def test_payments_is_the_default() -> None:
    assert builtin_names() == ("payments", "classic", "handbook")


@pytest.mark.parametrize("name", builtin_names())
def test_a_shipped_preset_is_whole(name: str) -> None:
    preset = builtin(name)
    assert preset.name == name
    assert layout_of(preset).numbers[0] == "amount"
    assert len(set(preset.feature_names)) == len(preset.feature_names)
    assert [row.name for row in describe(preset)] == list(preset.feature_names)


@pytest.mark.parametrize("name", builtin_names())
def test_a_copy_of_a_shipped_preset_reads_the_same_with_the_file_beside_it(name: str) -> None:
    assert read_preset(builtin_text(name), "copy.toml", builtin_file) == builtin(name)


def test_an_unknown_preset_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageInvalid, match='no shipped preset "payment"; did you mean "payments"'):
        builtin("payment")


def test_payments_has_the_features_that_alerts_are_told_in() -> None:
    names = set(builtin("payments").feature_names)
    assert names >= {
        "account_age_days",
        "account_count_1h",
        "account_amount_zscore_30d",
        "card_ecom_count_24h",
        "card_kmh_from_last_24h",
        "device_account_distinct_1h",
        "merchant_fraud_rate_30d",
    }
    assert 60 <= len(names) <= 80


def test_classic_never_reads_the_count_that_the_message_brings() -> None:
    preset = builtin("classic")
    assert "user_transactions_last_24h" not in {field.path[-1] for field in preset.fields}
    assert "account_count_24h" in preset.feature_names


def test_classic_tells_countries_by_name_and_needs_no_id() -> None:
    preset = builtin("classic")
    country, identity = preset.field_named("country"), preset.field_named("transaction_id")
    assert country is not None and country.type is FieldType.COUNTRY
    assert country.path == ("location",)
    assert identity is not None and not identity.required


def test_handbook_never_reads_the_scenario_and_knows_a_label_after_a_week() -> None:
    preset = builtin("handbook")
    assert "TX_FRAUD_SCENARIO" not in {field.path[-1] for field in preset.fields}
    assert preset.labels.field == "is_fraud"
    assert preset.labels.known_after == 7 * 86_400_000
