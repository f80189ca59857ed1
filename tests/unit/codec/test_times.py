"""Times against datetime, strptime and zoneinfo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.codec.messages import SECRET, buffer, decode, message, only_reject, preset_with

from fraudstream.codec import Decoder
from fraudstream.codec.times import NO_OFFSET, pattern_ops, read_iso, read_pattern
from fraudstream.codec.values import FINE, NO_TIME
from fraudstream.codec.zones import SKIPPED, offsets_of, to_utc
from fraudstream.events import Reason, Reject

EPOCH = datetime(1970, 1, 1)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]

moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))
recent = st.datetimes(datetime(1905, 1, 1), datetime(2199, 12, 1))
offsets = st.none() | st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))


def ms_of(moment: datetime) -> int:
    return (moment.replace(tzinfo=None) - EPOCH) // timedelta(milliseconds=1)


def iso(text: str) -> tuple[int, int, int]:
    data = buffer(text.encode())
    return read_iso(data.ctypes.data, 0, len(text.encode()))


@given(moments, offsets, st.sampled_from("T t"), st.sampled_from([None, "milliseconds", "minutes"]))
@settings(max_examples=300)
def test_what_datetime_writes_is_read(
    moment: datetime, offset: timezone | None, separator: str, detail: str | None
) -> None:
    written = moment.replace(tzinfo=offset).isoformat(sep=separator, timespec=detail or "auto")
    wanted = datetime.fromisoformat(written.upper())
    fault, ms, distance = iso(written)
    assert fault == FINE
    assert ms == ms_of(wanted)
    if offset is None:
        assert distance == NO_OFFSET
    else:
        gap = wanted.utcoffset()
        assert gap is not None
        assert distance == gap // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("2026-01-31", "2026-01-31T00:00:00"),
        ("2026-01-31T13:00", "2026-01-31T13:00:00"),
        ("2026-01-31 13:00:05.1", "2026-01-31T13:00:05.100"),
        ("2026-01-31T13:00:05,120", "2026-01-31T13:00:05.120"),
        ("2026-01-31T13:00:05.123999999", "2026-01-31T13:00:05.123"),
        ("2024-02-29T23:59:59", "2024-02-29T23:59:59.000"),
    ],
)
def test_shorter_and_finer_forms_are_read_finer_than_ms_is_cut(text: str, same_as: str) -> None:
    assert iso(text)[:2] == iso(same_as)[:2]
    assert iso(text)[0] == FINE


@pytest.mark.parametrize("zone", ["Z", "z", "+00:00", "-00:00", "+00", "+0000"])
def test_utc_has_many_names(zone: str) -> None:
    assert iso("2026-01-31T13:00:05" + zone)[2] == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-1-31",
        "2026-13-01",
        "2026-00-01",
        "2026-02-29",
        "2100-02-29",
        "0000-01-01",
        "2026-01-31T",
        "2026-01-31T1",
        "2026-01-31T13",
        "2026-01-31T24:00:00",
        "2026-01-31T13:60:00",
        "2026-01-31T23:59:60",
        "2026-01-31T13:00:05.",
        "2026-01-31T13:00:05.1234567890",
        "2026-01-31T13:00:05+1",
        "2026-01-31T13:00:05+25:00",
        "2026-01-31T13:00:05+01:60",
        "2026-01-31T13:00:05ZZ",
        "2026-01-31T13:00:05 Z",
        "2026-01-31X13:00:05",
        "20260131T130005Z",
        "31.01.2026 13:00",
        "2026-01-31Z",
        "yesterday",
    ],
)
def test_other_texts_are_no_iso_times(text: str) -> None:
    assert iso(text)[0] == NO_TIME


PATTERNS = ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%m/%d/%Y %H:%M", "%Y%m%d%H%M%S", "at %H:%M %d/%m/%Y"]


def by_pattern(text: str, pattern: str) -> tuple[int, int, int]:
    data = buffer(text.encode())
    ops = np.array(pattern_ops(pattern), np.int64).ravel()
    return read_pattern(data.ctypes.data, 0, len(text.encode()), ops.ctypes.data, (0, len(ops)))


@given(moments.filter(lambda m: m.year >= 1000), st.sampled_from(PATTERNS))
@settings(max_examples=200)
def test_patterns_read_what_they_write(moment: datetime, pattern: str) -> None:
    written = moment.strftime(pattern)
    wanted = datetime.strptime(written, pattern)
    assert by_pattern(written, pattern) == (FINE, ms_of(wanted), NO_OFFSET)


def test_patterns_take_fractions_offsets_and_numbers_without_zeros() -> None:
    fault, ms, offset = by_pattern("1/2/2026 3:04:05.5 +0230", "%d/%m/%Y %H:%M:%S.%f %z")
    assert (fault, offset) == (FINE, 9_000_000)
    assert ms == ms_of(datetime(2026, 2, 1, 3, 4, 5, 500_000))


@pytest.mark.parametrize(
    "text", ["", "31.01.2026x", "31-01-2026", "31.01.26", "x1.01.2026", "31.01."]
)
def test_a_pattern_reads_nothing_else(text: str) -> None:
    assert by_pattern(text, "%d.%m.%Y")[0] == NO_TIME


def local(moment: datetime, zone: str) -> int:
    table = np.ascontiguousarray(offsets_of(zone).ravel())
    return to_utc(ms_of(moment), table.ctypes.data, 0, len(table))


@given(recent, st.sampled_from(ZONES))
@example(datetime(2026, 3, 29, 2, 30), "Europe/Berlin")
@example(datetime(2026, 3, 29, 3, 0), "Europe/Berlin")
@example(datetime(2026, 10, 25, 2, 30), "Europe/Berlin")
@example(datetime(2026, 10, 25, 3, 0), "Europe/Berlin")
@settings(max_examples=400)
def test_local_times_are_what_zoneinfo_says(moment: datetime, zone: str) -> None:
    place = ZoneInfo(zone)
    first = moment.replace(tzinfo=place, fold=0).astimezone(UTC)
    exists = first.astimezone(place).replace(tzinfo=None, fold=0) == moment
    assert local(moment, zone) == (ms_of(first) if exists else SKIPPED)


@given(st.datetimes(datetime(2020, 3, 25), datetime(2020, 4, 10)), st.sampled_from(ZONES))
def test_the_days_around_a_change_of_clocks_agree_too(moment: datetime, zone: str) -> None:
    test_local_times_are_what_zoneinfo_says.hypothesis.inner_test(moment, zone)  # type: ignore[attr-defined]


def test_the_offset_of_an_instant_is_in_the_table() -> None:
    table = offsets_of("Europe/Berlin")
    at = int(datetime(2026, 7, 1, tzinfo=UTC).timestamp()) * 1000
    assert table[np.searchsorted(table[:, 0], at, "right") - 1, 1] == 7_200_000


def time_of(preset: Any, value: Any) -> int:
    decoder = Decoder(preset, SECRET)
    return int(decode(message(time=value), decoder=decoder).events.event_times[0])


def reject_of(preset: Any, value: Any) -> Reject:
    return only_reject(message(time=value), Decoder(preset, SECRET))


@pytest.mark.parametrize(
    ("format", "value", "ms"),
    [
        ("unix", 1_769_864_405, 1_769_864_405_000),
        ("unix", 1_769_864_405.1239, 1_769_864_405_123),
        ("unix", "1769864405.5", 1_769_864_405_500),
        ("unix", 1.5e9, 1_500_000_000_000),
        ("unix_ms", 1_769_864_405_120, 1_769_864_405_120),
        ("unix_us", 1_769_864_405_120_999, 1_769_864_405_120),
        ("%Y%m%d", 20_260_131, 1_769_817_600_000),
    ],
)
def test_times_may_be_numbers(format: str, value: Any, ms: int) -> None:
    assert time_of(preset_with("event_time", format=format), value) == ms


def test_a_time_without_an_offset_is_the_fields_zone_and_one_with_it_is_not() -> None:
    berlin = preset_with("event_time", zone="Europe/Berlin")
    noon = "2026-01-31T12:00:00"
    assert time_of(berlin, noon) == time_of(berlin, "2026-01-31T11:00:00Z")
    assert time_of(berlin, noon + "+00:00") - time_of(berlin, noon) == 3_600_000


def test_of_two_local_times_the_earlier_counts_and_a_skipped_one_is_rejected() -> None:
    berlin = preset_with("event_time", zone="Europe/Berlin")
    assert time_of(berlin, "2026-10-25T02:30") == time_of(berlin, "2026-10-25T00:30Z")
    reject = reject_of(berlin, "2026-03-29T02:30:00")
    assert reject.reason is Reason.TIME_UNPARSABLE
    assert "clocks in Europe/Berlin skipped" in reject.detail


@pytest.mark.parametrize(
    ("format", "value", "reason"),
    [
        ("iso8601", "1989-12-31T23:59:59.999Z", Reason.TIME_PAST),
        ("iso8601", "0001-01-01", Reason.TIME_PAST),
        ("iso8601", "2200-01-01T00:00:00Z", Reason.TIME_FUTURE),
        ("iso8601", "9999-12-31", Reason.TIME_FUTURE),
        ("iso8601", "soon", Reason.TIME_UNPARSABLE),
        ("iso8601", "", Reason.TIME_UNPARSABLE),
        ("iso8601", 1_769_864_405, Reason.FIELD_TYPE),
        ("iso8601", True, Reason.FIELD_TYPE),
        ("unix", 0, Reason.TIME_PAST),
        ("unix", -5, Reason.TIME_PAST),
        ("unix", 1_769_864_405_120, Reason.TIME_FUTURE),
        ("unix", 10**30, Reason.TIME_FUTURE),
        ("unix", -(10**30), Reason.TIME_PAST),
        ("unix", "soon", Reason.TIME_UNPARSABLE),
        ("unix", [1], Reason.FIELD_TYPE),
    ],
)
def test_times_that_cannot_be_meant_are_rejected(format: str, value: Any, reason: Reason) -> None:
    reject = reject_of(preset_with("event_time", format=format), value)
    assert (reject.reason, reject.field) == (reason, "event_time")
    assert reject.detail.startswith("event_time is ")


def test_the_first_and_last_believed_milliseconds_are_believed() -> None:
    preset = preset_with("event_time")
    assert time_of(preset, "1990-01-01T00:00:00Z") == 631_152_000_000
    assert time_of(preset, "2199-12-31T23:59:59.999Z") == 7_258_118_399_999


def test_other_times_than_the_events_may_lie_in_the_past_of_a_person() -> None:
    decoded = decode(message(signup="24.12.1968 10:00"))
    assert len(decoded.events) == 1
    assert only_reject(message(signup="24.12.1868 10:00")).reason is Reason.TIME_PAST
