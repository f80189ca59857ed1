"""Which changes of a preset make its states and models unusable, and which do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.oracle.presets import DAY, HOUR, preset_of

from fraudstream.features import fingerprint_of
from fraudstream.schema import Aggregate, Compare, Costs, Function, Preset

BASE = preset_of([Aggregate("n", "account", Function.COUNT, HOUR, filter="ecom")])


@pytest.mark.parametrize(
    "changed",
    [
        replace(BASE, name="another"),
        replace(BASE, costs=Costs(review=1)),
        replace(BASE, fields=tuple(f for f in BASE.fields if f.name != "risk")),
        replace(BASE, fields=tuple(replace(f, path=("x", f.name)) for f in BASE.fields)),
        replace(BASE, input=replace(BASE.input, max_bytes=1)),
    ],
    ids=["name", "costs", "unused field", "place in the message", "size limit"],
)
def test_what_no_number_depends_on_keeps_the_fingerprint(changed: Preset) -> None:
    assert fingerprint_of(changed) == fingerprint_of(BASE)


@pytest.mark.parametrize(
    "changed",
    [
        replace(BASE, features=(replace(BASE.features[0], window=DAY),)),
        replace(BASE, filters=(("ecom", Compare("channel", "=", 2)),)),
        replace(BASE, entities=(("account", ("device_id",)),)),
        replace(BASE, input=replace(BASE.input, lateness=1)),
        replace(BASE, calendar_zone="Europe/Berlin"),
        replace(
            BASE,
            fields=tuple(
                replace(f, values=("atm", "pos", "ecom")) if f.name == "channel" else f
                for f in BASE.fields
            ),
        ),
    ],
    ids=["window", "filter", "entity", "lateness", "zone", "codes of a filtered field"],
)
def test_what_a_number_depends_on_changes_the_fingerprint(changed: Preset) -> None:
    assert fingerprint_of(changed) != fingerprint_of(BASE)
