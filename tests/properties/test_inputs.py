"""What the model sees of the event itself, against the calendar and the profile seen last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.happening import Happening, batch_of
from tests.oracle.presets import DAY, FIELDS, preset_of
from tests.oracle.running import FOREVER, SECRET, plain

from fraudstream.admission import Admission, Entry, admit
from fraudstream.events import Kind
from fraudstream.features import FeatureState, observe, plan_of
from fraudstream.schema import Aggregate, Field, FieldType, Function, Input, InputFunction, Preset

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
COUNT = Aggregate("count", "account", Function.COUNT, DAY)


def preset_in(zone: str) -> Preset:
    inputs = (
        Input("hour", InputFunction.HOUR),
        Input("weekday", InputFunction.WEEKDAY),
        Input("weekend", InputFunction.WEEKEND),
        Input("night", InputFunction.NIGHT),
        Input("channel", InputFunction.CODE, field="channel"),
        Input("account_age_days", InputFunction.AGE_DAYS, field="signup_time", entity="account"),
    )
    fields = (*FIELDS, Field("signup_time", ("signup_time",), FieldType.TIME))
    return replace(preset_of([COUNT]), fields=fields, inputs=inputs, calendar_zone=zone)


def by_the_calendar(time: int, zone: str) -> list[float]:
    local = (EPOCH + timedelta(milliseconds=time)).astimezone(ZoneInfo(zone))
    within = local.hour * 3_600_000 + local.minute * 60_000 + local.second * 1000
    hour = (within + local.microsecond // 1000) / 3_600_000
    return [hour, local.weekday(), local.weekday() >= 5, local.hour <= 6]


kinds = st.sampled_from([Kind.TRANSACTION, Kind.TRANSACTION, Kind.PROFILE])
moments = st.integers(1_262_304_000_000, 2_000_000_000_000)
steps = st.lists(st.tuples(kinds, moments, st.integers(0, 2), st.integers(-1, 2)), max_size=30)


@settings(max_examples=80)
@given(st.sampled_from(ZONES), steps, st.integers(1, 30))
def test_inputs_are_what_the_calendar_and_the_last_profile_say(
    zone: str, drawn: list[tuple[Kind, int, int, int]], size: int
) -> None:
    preset, events, right = preset_in(zone), [], []
    signups: dict[int, int] = {}
    for number, (kind, time, account, channel) in enumerate(drawn):
        codes = {"channel": channel} if channel >= 0 else {}
        numbers = {"amount": 1, **({"signup_time": time} if kind is Kind.PROFILE else {})}
        texts = {"account_id": f"a{account}"}
        event = Happening(time, number + 1, kind, FOREVER, texts, numbers, codes)
        events.append(event)
        if kind is Kind.PROFILE:
            signups[account] = time
            continue
        age = (time - signups[account]) / 86_400_000 if account in signups else np.nan
        code = channel if channel >= 0 else np.nan
        right.append([*by_the_calendar(time, zone), code, age])
    found = _observed(preset, events, size)
    assert np.array_equal(found, np.array(right).reshape(-1, 6), equal_nan=True)


def _observed(preset: Preset, events: list[Happening], size: int) -> np.ndarray:
    plan, admission = plan_of(preset, SECRET), Admission.empty(Entry.of(preset))
    state, parts = FeatureState.empty(plan), [np.empty((0, 6))]
    for first in range(0, len(events), size):
        batch = batch_of(preset, events[first : first + size], plain)
        observed = observe(plan, state, admit(admission, batch, FOREVER))
        parts.append(observed.matrix[:, :6])
        state = FeatureState.restore(plan, state.snapshot())
    return np.concatenate(parts)
