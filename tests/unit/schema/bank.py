"""A small bank to make mistakes in: sections of a preset, and a mark where a problem must be."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fraudstream.errors import PresetInvalid, Problem
from fraudstream.schema import Preset, read_preset

MARK = "¦"

TOP = """\
preset = 1
name = "bank"
"""
INPUT = """
[input]
kind = "kind"
columns = ["transaction_id", "account_id", "device_id", "country", "lat", "lon", "signup_time"]
"""
FIELDS = """
[fields]
event_time = "at"
amount = "value"
merchant_id = "shop"
channel = { from = "channel", values = ["pos", "ecom"] }
weight = { from = "weight", type = "number", decimals = 1 }
"""
ENTITIES = """
[entities]
account = "account_id"
device = "device_id"
merchant = "merchant_id"
pair = ["account_id", "merchant_id"]
"""
FILTERS = """
[filters]
ecom = "channel = 'ecom'"
"""
FEATURES = """
[[features]]
entity = "account"
windows = ["1h"]
aggregates = ["count"]
"""
REST = """
[labels]
[policy]
"""
SECTIONS = {
    "top": TOP,
    "input": INPUT,
    "fields": FIELDS,
    "entities": ENTITIES,
    "filters": FILTERS,
    "features": FEATURES,
    "rest": REST,
}


def bank(**sections: str) -> str:
    """The small bank's preset with some sections replaced; ``more_…`` is added to a section."""
    texts = {
        name: sections.get(name, text) + sections.get(f"more_{name}", "")
        for name, text in SECTIONS.items()
    }
    return "\n".join(texts.values())


def read(text: str, resources: Mapping[str, str] | None = None) -> Preset:
    return read_preset(text, "bank.toml", resources or {})


def problems_of(text: str, resources: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    with pytest.raises(PresetInvalid) as caught:
        read(text, resources)
    return caught.value.problems


def assert_problem(marked: str, message: str) -> None:
    """The one problem of ``marked`` stands at the mark and says ``message`` (LINE: its line)."""
    before = marked[: marked.index(MARK)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    found = [str(problem) for problem in problems_of(marked.replace(MARK, ""))]
    wanted = Problem(message.replace("LINE", str(line)), "bank.toml", line, column)
    assert found == [str(wanted)], found


def line_of(text: str, part: str) -> int:
    """The line in which ``part`` first stands."""
    return text[: text.index(part)].count("\n") + 1
