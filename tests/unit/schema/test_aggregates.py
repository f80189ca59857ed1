"""What aggregates are called and what they mean."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.schema.bank import bank, read

from fraudstream.errors import PresetInvalid
from fraudstream.schema import Aggregate, Function

HOUR, DAY = 3_600_000, 86_400_000


def _features(block: str) -> tuple[Aggregate, ...]:
    return read(bank(features=f"\n[[features]]\n{block}\n")).features


def test_every_entity_has_every_aggregate_over_every_window() -> None:
    features = _features(
        'entity = ["account", "pair"]\nwindows = ["1h", "24h"]\n'
        'aggregates = ["count", "sum(amount)"]'
    )
    assert [feature.name for feature in features] == [
        "account_count_1h",
        "account_count_24h",
        "account_amount_sum_1h",
        "account_amount_sum_24h",
        "pair_count_1h",
        "pair_count_24h",
        "pair_amount_sum_1h",
        "pair_amount_sum_24h",
    ]


def test_a_name_says_entity_filter_argument_aggregate_window_and_delay() -> None:
    written = {
        "count where ecom over 24h": "account_ecom_count_24h",
        "distinct(merchant) over 1h": "account_merchant_distinct_1h",
        "zscore(amount) over 30d": "account_amount_zscore_30d",
        "first_seen(device) over 90d": "account_device_first_seen_90d",
        "kmh_from_last over 24h": "account_kmh_from_last_24h",
        "seconds_since_last over 1d": "account_seconds_since_last_24h",
        "fraud_rate over 7d delay 7d": "account_fraud_rate_7d_delay_7d",
        "mean( amount )  where  ecom  over  3600  delay  90s": (
            "account_ecom_amount_mean_1h_delay_90s"
        ),
    }
    listed = ", ".join(f'"{each}"' for each in written)
    features = _features(f'entity = "account"\naggregates = [{listed}]')
    assert [feature.name for feature in features] == list(written.values())


def test_an_argument_is_a_field_or_an_entity_of_one_field() -> None:
    (feature,) = _features('entity = "account"\naggregates = "distinct(merchant) over 1h"')
    assert feature == Aggregate(
        "account_merchant_distinct_1h", "account", Function.DISTINCT, HOUR, field="merchant_id"
    )


def test_window_delay_and_filter_are_kept() -> None:
    (feature,) = _features(
        'entity = "account"\naggregates = ["fraud_count where ecom over 7d delay 1h"]'
    )
    assert (feature.window, feature.delay, feature.filter) == (7 * DAY, HOUR, "ecom")


def test_an_aggregate_s_own_window_replaces_those_of_its_block() -> None:
    features = _features(
        'entity = "account"\nwindows = ["1h"]\naggregates = ["count", "count over 7d"]'
    )
    assert [feature.window for feature in features] == [HOUR, 7 * DAY]


_FUNCTIONS = st.sampled_from(
    ["count", "sum(amount)", "mean(weight)", "distinct(device)", "distinct(merchant)", "fraud_rate"]
)
_WRITTEN = st.builds(
    lambda function, which, window, delay: f"{function}{which} over {window}s{delay}",
    _FUNCTIONS,
    st.sampled_from(["", " where ecom"]),
    st.sampled_from([60, 3_600, 86_400, 90_000]),
    st.sampled_from(["", " delay 1h", " delay 60m"]),
)


@given(
    st.lists(_WRITTEN, min_size=1, max_size=8),
    st.lists(st.sampled_from(["account", "device", "merchant", "pair"]), min_size=1, max_size=3),
)
def test_names_of_features_are_unique_or_the_preset_is_refused(
    aggregates: list[str], entities: list[str]
) -> None:
    block = f"entity = {entities!r}\naggregates = {aggregates!r}".replace("'", '"')
    try:
        features = _features(block)
    except PresetInvalid as refused:
        assert all(
            word in problem.text
            for problem in refused.problems
            for word in (["defined twice"] if "has just one" not in problem.text else ["just one"])
        )
        return
    names = [feature.name for feature in features]
    assert len(set(names)) == len(names) == len(aggregates) * len(entities)
