from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fraudstream.errors import SettingsInvalid
from fraudstream.simulator import Settings, live_settings, stream


def test_all_problems_are_listed_at_once() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings(
            seed=-1,
            customers=3,
            daily=float("nan"),
            fraud_share=0.9,
            days=0,
            attacks=("card_tasting",),
            start=datetime(2026, 1, 1),
        )
    text = str(caught.value)
    assert len(caught.value.problems) == 7
    assert 'unknown attack "card_tasting"; did you mean "card_testing"?' in text
    assert "customers is 3; it must lie between 10 and 2e+06" in text
    assert "start has no time zone" in text


def test_an_attack_named_twice_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="named twice"):
        Settings(attacks=("bust_out", "bust_out"))


def test_a_bank_cannot_be_founded_after_its_stream_starts() -> None:
    with pytest.raises(SettingsInvalid, match="founded is after start"):
        Settings(start=datetime(2026, 1, 1, tzinfo=UTC), founded=datetime(2026, 2, 1, tzinfo=UTC))


def test_attackers_alone_with_nothing_to_do_are_refused() -> None:
    with pytest.raises(SettingsInvalid, match="nothing they may do"):
        stream(Settings(fraud_share=0), "attack")


def test_chunks_of_no_rows_are_refused() -> None:
    with pytest.raises(SettingsInvalid, match="rows_per_chunk"):
        stream(Settings(), rows_per_chunk=0)


def test_attackers_have_the_seed_of_the_bank_unless_given_their_own() -> None:
    assert Settings(seed=5).attackers == 5
    assert Settings(seed=5, attack_seed=0).attackers == 0


def test_a_continued_stream_is_the_same_bank_from_the_end_on() -> None:
    history = Settings(seed=1, days=60)
    live = history.continued(None, attack_seed=2)
    assert live.start_ms == history.end_ms
    assert live.founded_ms == history.founded_ms
    assert (live.seed, live.attackers, live.end_ms) == (1, 2, None)


def test_a_stream_without_an_end_cannot_be_continued() -> None:
    with pytest.raises(SettingsInvalid, match="cannot be continued"):
        Settings(days=None).continued(1)


@pytest.mark.parametrize(
    ("rate", "compression", "customers"),
    [(1_000, 14_400, 2_000), (500, 3_600, 4_000), (1, 1, 28_800)],
)
def test_a_live_bank_has_as_many_customers_as_its_rate_needs(
    rate: float, compression: float, customers: int
) -> None:
    settings = live_settings(rate, compression=compression)
    assert settings.customers == customers
    assert settings.compression(rate) == pytest.approx(compression)
    assert settings.days is None


def test_a_live_bank_at_a_very_low_rate_still_has_customers() -> None:
    assert live_settings(0.01, compression=14_400).customers == 10
