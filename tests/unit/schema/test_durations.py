from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudstream.schema.durations import DAY, LONGEST, SECOND, duration_ms, duration_text


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("30s", 30_000),
        ("5m", 300_000),
        ("1h", 3_600_000),
        ("7d", 7 * DAY),
        ("90", 90_000),
        (5, 5_000),
    ],
)
def test_a_duration_is_a_number_with_a_unit_and_bare_numbers_are_seconds(
    written: str | int, ms: int
) -> None:
    assert duration_ms(written) == ms


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("90days", '"90days" is not a duration; write "90d" (s m h d, 1s to 90d)'),
        ("2 hours", '"2 hours" is not a duration; write "2h" (s m h d, 1s to 90d)'),
        ("1w", '"1w" is not a duration; write "7d" (s m h d, 1s to 90d)'),
        ("soon", '"soon" is not a duration; write for example "1h" (s m h d, 1s to 90d)'),
        ("500ms", '"500ms" is not a duration; write for example "1h" (s m h d, 1s to 90d)'),
        ("-1h", '"-1h" is not a duration; write for example "1h" (s m h d, 1s to 90d)'),
        ("91d", '"91d" is too long (s m h d, 1s to 90d)'),
        ("0s", '"0s" is too short (s m h d, 1s to 90d)'),
    ],
)
def test_what_is_no_duration_is_answered_with_what_to_write(written: str, advice: str) -> None:
    with pytest.raises(ValueError) as caught:
        duration_ms(written)
    assert str(caught.value) == advice


@given(st.integers(1, LONGEST // SECOND))
def test_a_duration_is_written_so_that_it_reads_the_same(seconds: int) -> None:
    ms = seconds * SECOND
    assert duration_ms(duration_text(ms)) == ms


def test_a_day_is_written_in_hours_and_longer_times_in_days() -> None:
    assert [duration_text(d * DAY) for d in (1, 2, 7)] == ["24h", "2d", "7d"]
